package org.nsm4j.core.policy;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Lets the policies judge the path as far as it came, before anything is made or undone (behaviour SE-11; upstream's
 * authorize server). A connection is its owner's alone, and its owner may close it whatever has become of the tokens along
 * the path: one that has ended must not keep a wire alive.
 *
 * <p>Place: after the token upkeep, which writes what is judged, and before the table of connections: a Close that is
 * refused here must not have called off or forgotten anything. Calls of this very process pass, and so does everything
 * where the transport knows no identities.
 */
@Does("lets the policies judge the path and its tokens, before anything is made or undone")
public final class Authorize implements Element {
    private final PolicySet policies;
    private final Owners owners;
    private final Scheduler scheduler;

    /**
     * Judges by policies.
     *
     * @param owners whose the connections are
     */
    public Authorize(PolicySet policies, Owners owners, Scheduler scheduler) {
        this.policies = policies;
        this.owners = owners;
        this.scheduler = scheduler;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        owners.refuseOthers(call);
        authorize(call);
        return rest.request(call);
    }

    @Override
    public void close(Call call, Rest rest) {
        owners.refuseOthers(call);
        if (!owners.isAskedByOwner(call)) {
            authorize(call);
        }
        rest.close(call);
    }

    private void authorize(Call call) {
        var caller = call.caller();
        if (caller.own() || caller.certificate() == null) {
            return;
        }
        var path = call.connection().path();
        var left = path.segments()
                .subList(0, Math.min(path.index() + 1, path.segments().size()));
        policies.enforce(Facts.ofPath(
                left.stream().map(Segment::token).toList(), path.index(), caller.certificate(), scheduler.now()));
    }
}
