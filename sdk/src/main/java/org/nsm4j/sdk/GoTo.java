package org.nsm4j.sdk;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Url;

/**
 * Sends every request to one hop.
 *
 * <p>Place: where nothing has to be selected; before anything that wants to know the next hop.
 */
@Does("sends every request to the one next hop")
final class GoTo implements Element {
    private final Url url;

    GoTo(Url url) {
        this.url = url;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return rest.request(call.towards(url));
    }

    @Override
    public void close(Call call, Rest rest) {
        rest.close(call.towards(url));
    }
}
