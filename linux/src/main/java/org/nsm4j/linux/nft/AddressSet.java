package org.nsm4j.linux.nft;

/**
 * A set of single addresses.
 *
 * @param name 1–31 characters
 * @param ipv6 whether they are IPv6
 */
public record AddressSet(String name, boolean ipv6) {
    public AddressSet {
        Names.check("set", name);
    }
}
