package org.nsm4j.core.model;

/**
 * What a wire carries.
 *
 * @param value {@code IP} or {@code ETHERNET}; empty means that it was not said; anything else is unknown to us
 */
public record Payload(String value) {
    /** IP packets; the default of a network service. */
    public static final Payload IP = new Payload("IP");
    /** Ethernet frames. */
    public static final Payload ETHERNET = new Payload("ETHERNET");
    /** Not said. */
    public static final Payload NONE = new Payload("");

    /** Whether it was not said. */
    public boolean isNone() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value;
    }
}
