package org.nsm4j.core.address;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;

/**
 * Lowers a connection's MTU to what this hop can carry, on the way there and back; says it where nobody did (behaviour
 * MT-1).
 *
 * <p>Place: before anything that configures an interface after the rest answered.
 */
@Does("lowers the MTU to what this hop can carry")
public final class LimitMtu implements Element {
    /** What a wire inside one node carries; upstream's jumbo frame. */
    public static final int JUMBO = 9000;
    /** The least that every link carries (RFC 8200 §5). */
    private static final int LEAST = 1280;

    private final int most;

    /**
     * Limits the MTU.
     *
     * @param most in bytes, at least 1280, the least that IPv6 works over
     */
    public LimitMtu(int most) {
        if (most < LEAST || most > 65535) {
            throw new Refused(Refused.Reason.INVALID, "MTU: %d (expected: %d–65535)".formatted(most, LEAST));
        }
        this.most = most;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return limited(rest.request(call.with(this::limited)));
    }

    private Connection limited(Connection connection) {
        int said = connection.context().mtu();
        return connection.withContext(context -> context.withMtu(said == 0 ? most : Math.min(said, most)));
    }
}
