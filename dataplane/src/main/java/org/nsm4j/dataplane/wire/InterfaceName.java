package org.nsm4j.dataplane.wire;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/** Which names an interface of ours may have. */
public final class InterfaceName {
    /** The kernel's limit (IFNAMSIZ less the closing zero). */
    public static final int LONGEST = 15;

    private static final Set<String> DANGEROUS = Set.of("lo", "eth0", "all", "default", "docker0", "cni0");

    private InterfaceName() {}

    /**
     * Checks a name that a workload chose; forwarders do it again, since clients may be foreign.
     *
     * @throws Refused with INVALID and what would have been accepted
     */
    public static String check(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isEmpty() || bytes > LONGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "interface name: \"%s\" of %d bytes (expected: 1–%d)".formatted(name, bytes, LONGEST));
        }
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]*") || DANGEROUS.contains(name)) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "interface name: \"%s\" (expected: letters, digits, '-', '_', '.', and not a name that the "
                                    .formatted(name)
                            + "workload's own network uses, such as lo or eth0)");
        }
        return name;
    }

    /** A name derived from a connection, for where nobody chose one: the same at each attempt. */
    public static String derived(String prefix, ConnectionId id) {
        var cut = prefix.replaceAll("[^A-Za-z0-9]", "");
        cut = cut.substring(0, Math.min(5, cut.length()));
        var digest = new BigInteger(1, sha256(id.value())).toString(36);
        return cut + "-" + digest.substring(0, LONGEST - 1 - cut.length());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
