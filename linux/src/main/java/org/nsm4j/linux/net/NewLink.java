package org.nsm4j.linux.net;

/**
 * A link to be made. Linux passes over an alias at birth, so none may be given here: set it by {@link Change#setLink} in the
 * link's own namespace, and let name or group tell whose the link is until then.
 */
public sealed interface NewLink {
    /** Name, MTU and the rest of the link; of a veth pair, of its first end. */
    LinkSettings settings();

    /**
     * A pair of links: {@code ip link add A netns NA type veth peer name B netns NB}. Each end is born in its own
     * namespace with all its settings.
     *
     * @param settings the first end; this one may be up from the start
     * @param peer the other end; bring it up by a request in its own namespace, the kernel refuses it here
     */
    record Veth(LinkSettings settings, LinkSettings peer) implements NewLink {
        public Veth {
            checkBirth(settings);
            checkBirth(peer);
            if (Boolean.TRUE.equals(peer.up())) {
                throw new IllegalArgumentException(
                        "veth peer %s up at birth (expected: brought up afterwards, Linux answers ENOTCONN)"
                                .formatted(peer.described()));
            }
        }
    }

    /**
     * A VXLAN link: {@code ip link add NAME netns N type vxlan id VNI …}. Its packets leave from the namespace that is
     * asked, wherever the link itself is born.
     */
    record Vxlan(LinkSettings settings, VxlanSettings vxlan) implements NewLink {
        public Vxlan {
            checkBirth(settings);
        }
    }

    /**
     * A link that needs nothing but its kind: {@code ip link add NAME type KIND}.
     *
     * @param kind the kernel's name, such as {@code bridge}, {@code wireguard}, {@code ifb}
     */
    record OfKind(LinkSettings settings, String kind) implements NewLink {
        public OfKind {
            checkBirth(settings);
        }
    }

    /** A bridge: {@code ip link add NAME type bridge}. */
    static NewLink bridge(LinkSettings settings) {
        return new OfKind(settings, "bridge");
    }

    /** A WireGuard link: {@code ip link add NAME type wireguard}; EOPNOTSUPP where the kernel has none. */
    static NewLink wireguard(LinkSettings settings) {
        return new OfKind(settings, "wireguard");
    }

    private static void checkBirth(LinkSettings settings) {
        if (settings.alias() != null) {
            throw new IllegalArgumentException(
                    "link %s with an alias at birth (expected: set afterwards, Linux ignores it)"
                            .formatted(settings.described()));
        }
    }
}
