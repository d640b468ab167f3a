package org.nsm4j.core.model;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An IP address with a prefix length; the host bits are kept, so it names an interface's address as well as a prefix.
 *
 * @param address the address
 * @param length 0–32 for IPv4, 0–128 for IPv6
 */
public record Cidr(InetAddress address, int length) {
    public Cidr {
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "prefix: %s/%d (expected: an %s prefix length of 0–%d)"
                            .formatted(
                                    address.getHostAddress(),
                                    length,
                                    address instanceof Inet4Address ? "IPv4" : "IPv6",
                                    bits));
        }
    }

    /** The address alone: /32 or /128. */
    public static Cidr host(InetAddress address) {
        return new Cidr(address, address.getAddress().length * 8);
    }

    /**
     * Reads {@code ADDRESS/LENGTH}.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for anything else, a bare address included
     */
    public static Cidr parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash > 0 && slash < text.length() - 1) {
            try {
                return new Cidr(
                        parseAddress(text.substring(0, slash)),
                        Integer.parseUnsignedInt(text, slash + 1, text.length(), 10));
            } catch (NumberFormatException e) {
                throw unreadable(text);
            }
        }
        throw unreadable(text);
    }

    private static Refused unreadable(String text) {
        return new Refused(
                Refused.Reason.INVALID, "prefix: \"%s\" (expected: ADDRESS/LENGTH)".formatted(shorten(text)));
    }

    /**
     * Reads a bare IPv4 or IPv6 address; never asks a name server.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for anything else, a zone included
     */
    public static InetAddress parseAddress(String text) {
        try {
            if (text.length() <= 45 && text.indexOf('%') < 0) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            // said below, in our own words
        }
        throw new Refused(
                Refused.Reason.INVALID, "address: \"%s\" (expected: an IPv4 or IPv6 address)".formatted(shorten(text)));
    }

    private static String shorten(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }

    /** Whether this is IPv4. */
    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /** Whether this is one address: /32 or /128. */
    public boolean isHost() {
        return length == address.getAddress().length * 8;
    }

    /** The prefix that this address lies in: the host bits cleared. */
    public Cidr network() {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new Cidr(addressOf(bytes), length);
    }

    /** Whether the address lies in this prefix; never across families. */
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        return bytes.length == address.getAddress().length
                && Arrays.equals(
                        new Cidr(other, length).network().address.getAddress(),
                        network().address.getAddress());
    }

    /** Whether the other prefix lies wholly in this one. */
    public boolean contains(Cidr other) {
        return other.length >= length && contains(other.address);
    }

    /** Whether the two prefixes share an address. */
    public boolean overlaps(Cidr other) {
        return contains(other) || other.contains(this);
    }

    private static InetAddress addressOf(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("address of %d bytes".formatted(bytes.length), e);
        }
    }

    /** An address as text: for IPv6 the short form that other programs write and compare (RFC 5952 §4). */
    public static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        var groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int start = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > longest) {
                longest = run;
                start = i;
            }
        }
        return start < 0 ? join(groups, 0, 8) : join(groups, 0, start) + "::" + join(groups, start + longest, 8);
    }

    private static String join(int[] groups, int from, int to) {
        return Arrays.stream(groups, from, to).mapToObj(Integer::toHexString).collect(Collectors.joining(":"));
    }

    @Override
    public String toString() {
        return text(address) + "/" + length;
    }
}
