package org.nsm4j.core.address;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.nsm4j.core.model.Cidr;

/**
 * Addresses as numbers, from the first to the last.
 *
 * @param first included
 * @param last included
 */
record AddressRange(BigInteger first, BigInteger last) {
    /** All addresses of a prefix; its host bits do not count. */
    static AddressRange of(Cidr prefix) {
        var network = prefix.network();
        var first = number(network.address());
        int hostBits = network.address().getAddress().length * 8 - network.length();
        return new AddressRange(
                first, first.add(BigInteger.ONE.shiftLeft(hostBits)).subtract(BigInteger.ONE));
    }

    static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    /** The address of a number; IPv6 stays IPv6 also where it could be written as IPv4. */
    static InetAddress address(BigInteger number, boolean ipv4) {
        byte[] bytes = new byte[ipv4 ? 4 : 16];
        byte[] magnitude = number.toByteArray();
        int from = Math.max(0, magnitude.length - bytes.length);
        int length = magnitude.length - from;
        System.arraycopy(magnitude, from, bytes, bytes.length - length, length);
        try {
            return ipv4 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address of %d bytes".formatted(bytes.length), e);
        }
    }

    BigInteger size() {
        return last.subtract(first).add(BigInteger.ONE);
    }
}
