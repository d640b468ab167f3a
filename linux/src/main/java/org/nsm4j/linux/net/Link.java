package org.nsm4j.linux.net;

import org.jspecify.annotations.Nullable;

/**
 * A link as the kernel shows it.
 *
 * @param index its number, unique within the namespace
 * @param name its name
 * @param kind {@code veth}, {@code vxlan}, {@code bridge}, {@code tun} …; empty for a physical link and the loopback
 * @param settings MTU, MAC (null where it has none of six bytes), alias, group, whether up, master
 * @param running whether it can carry packets now (carrier and switched on)
 * @param peer index of the other end of a veth, or of the link underneath; 0 for none
 * @param peerNamespace nsid of the namespace that {@code peer} is in; -1 for its own or an unknown one
 * @param vxlan what a VXLAN link is like, null for others
 */
public record Link(
        int index,
        String name,
        String kind,
        LinkSettings settings,
        boolean running,
        int peer,
        int peerNamespace,
        @Nullable VxlanSettings vxlan) {
    /** Bytes. */
    public int mtu() {
        Integer mtu = settings.mtu();
        return mtu == null ? 0 : mtu;
    }

    /** The free text on the link, empty where there is none. */
    public String alias() {
        String alias = settings.alias();
        return alias == null ? "" : alias;
    }

    /** The group number, 0 by default. */
    public int group() {
        Integer group = settings.group();
        return group == null ? 0 : group;
    }

    /** Hardware address, null where it has none of six bytes. */
    public @Nullable Mac mac() {
        return settings.mac();
    }

    /** Whether it is switched on. */
    public boolean up() {
        return Boolean.TRUE.equals(settings.up());
    }
}
