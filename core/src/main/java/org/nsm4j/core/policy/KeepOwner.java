package org.nsm4j.core.policy;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;

/**
 * Gives a connection to the identity that asks for it first, until it is closed; of two that want one new id, the one
 * whose turn comes second is refused.
 *
 * <p>Place: right after the connection table, within whose turn nobody else can come between; {@link Authorize}, before
 * the table, knows the same owners.
 */
@Does("gives the connection to the identity that asks for it first, until it is closed")
public final class KeepOwner implements Element {
    private final Owners owners;

    /** Notes owners. */
    public KeepOwner(Owners owners) {
        this.owners = owners;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        owners.refuseOthers(call);
        owners.hold(call);
        var answer = rest.request(call);
        owners.answered(call);
        return answer;
    }

    @Override
    public void close(Call call, Rest rest) {
        owners.refuseOthers(call);
        rest.close(call);
    }
}
