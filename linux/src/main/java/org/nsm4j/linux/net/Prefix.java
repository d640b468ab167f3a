package org.nsm4j.linux.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.nsm4j.linux.ffi.Sockets;

/**
 * An IP address with a prefix length: a host's address in its network, or the network itself.
 *
 * @param address IPv4 or IPv6, host bits kept as given
 * @param length 0–32 or 0–128
 */
public record Prefix(InetAddress address, int length) {
    public Prefix {
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix: %s/%d (expected: an %s prefix length of 0–%d)"
                    .formatted(address.getHostAddress(), length, bits == 32 ? "IPv4" : "IPv6", bits));
        }
    }

    /** Reads {@code 10.0.0.1/24} or {@code 2001:db8::1/64}; without a length it is one host. */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        try {
            InetAddress address = InetAddress.ofLiteral(literal);
            return slash < 0 ? host(address) : new Prefix(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("prefix: %s (expected: a number behind the slash)".formatted(text), e);
        } catch (IllegalArgumentException e) {
            if (e.getMessage() != null && e.getMessage().startsWith("prefix:")) {
                throw e;
            }
            throw new IllegalArgumentException(
                    "prefix: %s (expected: as 10.0.0.0/24 or 2001:db8::/64)".formatted(text), e);
        }
    }

    /** One address alone: /32 or /128. */
    public static Prefix host(InetAddress address) {
        return new Prefix(address, address.getAddress().length * 8);
    }

    /** Every IPv4 address: {@code 0.0.0.0/0}. */
    public static Prefix everyIpv4() {
        return parse("0.0.0.0/0");
    }

    /** Every IPv6 address: {@code ::/0}. */
    public static Prefix everyIpv6() {
        return parse("::/0");
    }

    /** The same with the host bits set to zero. */
    public Prefix network() {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
        }
        return new Prefix(of(bytes), length);
    }

    /** Whether the address lies in this network; never for another family. */
    public boolean contains(InetAddress other) {
        return other.getAddress().length == address.getAddress().length
                && new Prefix(other, length).network().equals(network());
    }

    /** Whether this is an IPv4 prefix. */
    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    int family() {
        return family(address);
    }

    static int family(InetAddress address) {
        return address instanceof Inet4Address ? Sockets.AF_INET : Sockets.AF_INET6;
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
