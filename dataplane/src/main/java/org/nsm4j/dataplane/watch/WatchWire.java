package org.nsm4j.dataplane.watch;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.dataplane.wire.Plumbing;

/**
 * Has a connection's wire watched for as long as it is plugged.
 *
 * <p>Place: in forwarders, right before the element that plugs, so that what it plugged can be seen.
 */
@Does("has the wire watched for as long as it is plugged")
public final class WatchWire implements Element {
    private final Watcher watcher;

    /** Has wires watched. */
    public WatchWire(Watcher watcher) {
        this.watcher = watcher;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        call.held(Plumbing.Plugged.class).ifPresent(plugged -> keep(call, plugged));
        return answer;
    }

    private void keep(Call call, Plumbing.Plugged plugged) {
        var held = call.held(Watcher.Watch.class);
        if (held.filter(each -> each.goesOn(plugged)).isPresent()) {
            call.hold(Watcher.Watch.class, held::get);
        } else {
            call.replace(Watcher.Watch.class, () -> watcher.watch(call.id(), plugged));
        }
    }
}
