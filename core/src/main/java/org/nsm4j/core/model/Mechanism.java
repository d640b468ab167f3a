package org.nsm4j.core.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How one leg of a connection is realised. The parameters are kept exactly as they came, so a key that this version
 * does not know goes on to the next hop; the accessors read the known ones.
 */
public sealed interface Mechanism {
    /** The parameter that names the interface. */
    String NAME = "name";
    /** The parameter that points to the workload's network namespace. */
    String INODE_URL = "inodeURL";
    /** The client side's underlay address. */
    String SRC_IP = "src_ip";
    /** The endpoint side's underlay address. */
    String DST_IP = "dst_ip";
    /** The client side's underlay UDP port. */
    String SRC_PORT = "src_port";
    /** The endpoint side's underlay UDP port. */
    String DST_PORT = "dst_port";
    /** The VXLAN network identifier. */
    String VNI = "vni";
    /** The MTU that the tunnel leaves, in bytes. */
    String MTU = "MTU";
    /**
     * How much of a connection's addresses and routes its forwarder configures at a KERNEL end. A function in the middle of
     * a chain has none of the addresses that the connection says, and leads packets on by itself: at its client's side it
     * wants {@link #ROUTES_ALONE}, at the other {@link #NOTHING}. Without the parameter: everything.
     */
    String CONFIGURED = "nsm4j.configured";
    /** Value of {@link #CONFIGURED}: the routes, and no address. */
    String ROUTES_ALONE = "routes";
    /** Value of {@link #CONFIGURED}: neither addresses nor routes. */
    String NOTHING = "nothing";

    /** The class as it goes over the wire: {@code LOCAL}, {@code REMOTE}. */
    String cls();

    /** The type as it goes over the wire: {@code KERNEL}, {@code VXLAN} … */
    String type();

    /** All parameters. */
    Map<String, String> parameters();

    /** What a newer version sent beside the parameters. */
    Opaque unknown();

    /** The same kind with other parameters. */
    default Mechanism withParameters(Map<String, String> parameters) {
        return of(cls(), type(), parameters, unknown());
    }

    /** The same with one parameter set; an empty value removes it. */
    default Mechanism with(String key, String value) {
        var changed = new LinkedHashMap<>(parameters());
        if (value.isEmpty()) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        return withParameters(changed);
    }

    /** A parameter that is there and not empty. */
    default Optional<String> parameter(String key) {
        return Optional.ofNullable(parameters().get(key)).filter(value -> !value.isEmpty());
    }

    /** A parameter as a number; missing or unreadable reads as 0, as upstream does. */
    default int number(String key) {
        try {
            return Integer.parseUnsignedInt(parameters().getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The mechanism of a class and type; what this version does not know becomes {@link Unknown}. */
    static Mechanism of(String cls, String type, Map<String, String> parameters) {
        return of(cls, type, parameters, Opaque.NONE);
    }

    /** The mechanism of a class and type, with what a newer version sent beside its parameters. */
    static Mechanism of(String cls, String type, Map<String, String> parameters, Opaque unknown) {
        return switch (cls + "/" + type) {
            case "LOCAL/KERNEL" -> new Kernel(parameters, unknown);
            case "LOCAL/MEMIF" -> new Memif(parameters, unknown);
            case "LOCAL/NOOP" -> new Noop(parameters, unknown);
            case "REMOTE/VXLAN" -> new Vxlan(parameters, unknown);
            case "REMOTE/WIREGUARD" -> new Wireguard(parameters, unknown);
            default -> new Unknown(cls, type, parameters, unknown);
        };
    }

    /** A kernel interface in the workload's network namespace. */
    record Kernel(Map<String, String> parameters, Opaque unknown) implements Mechanism {
        /** The type on the wire. */
        public static final String TYPE = "KERNEL";

        public Kernel {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything is known. */
        public Kernel(Map<String, String> parameters) {
            this(parameters, Opaque.NONE);
        }

        @Override
        public String cls() {
            return "LOCAL";
        }

        @Override
        public String type() {
            return TYPE;
        }

        /** The interface's name, if one was asked for. */
        public Optional<String> name() {
            return parameter(NAME);
        }

        /** Where the namespace is: {@code file:///proc/4711/ns/net} or {@code inode://4/4026532281}. */
        public Optional<String> inodeUrl() {
            return parameter(INODE_URL);
        }
    }

    /** A shared-memory interface. */
    record Memif(Map<String, String> parameters, Opaque unknown) implements Mechanism {
        public Memif {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything is known. */
        public Memif(Map<String, String> parameters) {
            this(parameters, Opaque.NONE);
        }

        @Override
        public String cls() {
            return "LOCAL";
        }

        @Override
        public String type() {
            return "MEMIF";
        }
    }

    /** No data path at all. */
    record Noop(Map<String, String> parameters, Opaque unknown) implements Mechanism {
        public Noop {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything is known. */
        public Noop(Map<String, String> parameters) {
            this(parameters, Opaque.NONE);
        }

        @Override
        public String cls() {
            return "LOCAL";
        }

        @Override
        public String type() {
            return "NOOP";
        }
    }

    /** Ethernet frames in UDP between two nodes (RFC 7348). */
    record Vxlan(Map<String, String> parameters, Opaque unknown) implements Mechanism {
        /** The type on the wire. */
        public static final String TYPE = "VXLAN";

        public Vxlan {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything is known. */
        public Vxlan(Map<String, String> parameters) {
            this(parameters, Opaque.NONE);
        }

        @Override
        public String cls() {
            return "REMOTE";
        }

        @Override
        public String type() {
            return TYPE;
        }

        /** The network identifier, 1–16777215; 0 where none was chosen yet. */
        public int vni() {
            return number(VNI);
        }
    }

    /** IP packets in a WireGuard tunnel between two nodes. */
    record Wireguard(Map<String, String> parameters, Opaque unknown) implements Mechanism {
        public Wireguard {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything is known. */
        public Wireguard(Map<String, String> parameters) {
            this(parameters, Opaque.NONE);
        }

        @Override
        public String cls() {
            return "REMOTE";
        }

        @Override
        public String type() {
            return "WIREGUARD";
        }
    }

    /** A mechanism that this version does not know, relayed unchanged. */
    record Unknown(String cls, String type, Map<String, String> parameters, Opaque unknown) implements Mechanism {
        public Unknown {
            parameters = Map.copyOf(parameters);
        }

        /** One of which everything but its meaning is known. */
        public Unknown(String cls, String type, Map<String, String> parameters) {
            this(cls, type, parameters, Opaque.NONE);
        }
    }
}
