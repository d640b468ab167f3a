package org.nsm4j.identity.authority;

import java.time.Duration;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * How long things live, and whose they are.
 *
 * @param trustDomain the domain that this authority speaks for
 * @param authorityLife how long a root lives; the next is made when a third is left, and signs when a sixth is left
 * @param nodeLife how long the intermediate authority of a joined host lives; it renews at half of that
 * @param svidLife how long an X.509-SVID lives, never beyond the authority that signed it
 * @param jwtLife how long a JWT-SVID lives; short, as who holds one may use it
 * @param skew how far certificates are back-dated, for peers whose clocks are behind
 */
public record AuthoritySettings(
        String trustDomain,
        Duration authorityLife,
        Duration nodeLife,
        Duration svidLife,
        Duration jwtLife,
        Duration skew) {
    /** For {@code nsm.local}: a root of one year, nodes of one day, SVIDs of one hour, five minutes of skew. */
    public static final AuthoritySettings STANDARD = new AuthoritySettings(
            "nsm.local",
            Duration.ofDays(365),
            Duration.ofDays(1),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5));

    /** Refuses a trust domain that SPIFFE does not allow and lives that cannot be kept. */
    public AuthoritySettings {
        SpiffeId.parse("spiffe://" + trustDomain);
        atLeast("svidLife", svidLife, Duration.ofMinutes(1));
        atLeast("jwtLife", jwtLife, Duration.ofSeconds(10));
        atLeast("nodeLife", nodeLife, svidLife.multipliedBy(2));
        atLeast("authorityLife", authorityLife, nodeLife.multipliedBy(6));
        atLeast("skew", skew, Duration.ZERO);
    }

    /** The same for another trust domain. */
    public AuthoritySettings withTrustDomain(String name) {
        return new AuthoritySettings(name, authorityLife, nodeLife, svidLife, jwtLife, skew);
    }

    private static void atLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new Refused(Refused.Reason.INVALID, "%s: %s (expected: at least %s)".formatted(name, value, least));
        }
    }
}
