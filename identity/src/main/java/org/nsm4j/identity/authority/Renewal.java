package org.nsm4j.identity.authority;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.nsm4j.grpc.spiffe.Svid;

/** When to renew. */
public final class Renewal {
    private static final Duration LEAST = Duration.ofSeconds(1);

    private Renewal() {}

    /** How long to wait before an SVID just issued is to be replaced: half of what is left of it, at least a second. */
    public static Duration untilHalf(Svid svid, Instant now) {
        return untilHalf(svid.chain().getFirst(), now);
    }

    static Duration untilHalf(X509Certificate certificate, Instant now) {
        var half = Duration.between(now, certificate.getNotAfter().toInstant()).dividedBy(2);
        return half.compareTo(LEAST) < 0 ? LEAST : half;
    }
}
