package org.nsm4j.dataplane.wire;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/** Which names an interface of ours may have. */
public final class InterfaceName {
    /** The kernel's limit (IFNAMSIZ less the closing zero). */
    public static final int LONGEST = 15;

    private InterfaceName() {}

    /**
     * Checks a name that a workload chose; forwarders do it again, since clients may be foreign.
     *
     * @throws Refused with INVALID and what would have been accepted
     */
    public static String check(String name) {
        return ConnectUrl.checkInterface(name);
    }

    /** A name derived from a connection, for where nobody chose one: the same at each attempt. */
    public static String derived(String prefix, ConnectionId id) {
        return derived(prefix, id.value());
    }

    static String derived(String prefix, String from) {
        var letters = prefix.replaceAll("[^A-Za-z0-9]", "");
        var cut = letters.isEmpty() ? "nsm" : letters.substring(0, Math.min(5, letters.length()));
        return cut + "-" + digest(from).substring(0, LONGEST - 1 - cut.length());
    }

    /** The name of a link that is born while its predecessor still has the name that it shall have. */
    static String next(int index) {
        return "next" + Integer.toString(index, 36);
    }

    /** The name of a link that makes room for its successor. */
    static String parked(int index) {
        return "park" + Integer.toString(index, 36);
    }

    /** The name of a link that waits to be deleted. */
    static String gone(int index) {
        return "gone" + Integer.toString(index, 36);
    }

    /** 50 digits and lower-case letters, of which any few tell two texts apart. */
    static String digest(String text) {
        try {
            var bytes = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            var digits = new BigInteger(1, bytes).toString(36);
            return "0".repeat(50 - digits.length()) + digits;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
