package org.nsm4j.core.select;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;

/**
 * Refuses wires that carry something else than this endpoint's service does.
 *
 * <p>Place: in endpoints, before anything is held.
 */
@Does("refuses wires that carry something else than the service does")
public final class RequirePayload implements Element {
    private final Payload payload;

    /** Requires a payload; a request that does not say any gets this one. */
    public RequirePayload(Payload payload) {
        this.payload = payload;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection().payload();
        if (!asked.isNone() && !asked.equals(payload)) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "payload: %s (expected: %s, which service %s carries)"
                            .formatted(asked, payload, call.connection().service()));
        }
        return rest.request(call.with(connection -> connection.withPayload(payload)));
    }
}
