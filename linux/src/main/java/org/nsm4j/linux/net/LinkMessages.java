package org.nsm4j.linux.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.MessageWriter;
import org.nsm4j.linux.netlink.Request;
import org.nsm4j.linux.netns.OpenNetns;

/** Links as messages: {@code struct ifinfomsg} and {@code IFLA_*}. */
final class LinkMessages {
    private static final int ADDRESS = 1;
    private static final int NAME = 3;
    private static final int MTU = 4;
    private static final int LINK = 5;
    private static final int MASTER = 10;
    private static final int LINKINFO = 18;
    private static final int ALIAS = 20;
    private static final int GROUP = 27;
    private static final int NET_NS_FD = 28;
    private static final int EXT_MASK = 29;
    private static final int LINK_NETNSID = 37;
    private static final int TARGET_NETNSID = 46;
    private static final int KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_PEER = 1;
    private static final int SKIP_STATISTICS = 8;
    private static final int LOWER_UP = 0x10000;

    private LinkMessages() {}

    static Request create(NewLink link) {
        LinkSettings settings = link.settings();
        int flags = Request.NLM_F_CREATE | Request.NLM_F_EXCL;
        return new Request(() -> "add " + described(link), Rtnetlink.NEWLINK, flags, out -> {
            header(out, settings.index() == null ? 0 : settings.index(), settings);
            attributes(out, settings);
            out.nest(LINKINFO, () -> details(out, link));
        });
    }

    static Request set(int index, LinkSettings settings) {
        return new Request(() -> "set link " + index + " to " + settings.described(), Rtnetlink.SETLINK, 0, out -> {
            header(out, index, settings);
            attributes(out, settings);
        });
    }

    static Request delete(int index) {
        return new Request(() -> "delete link " + index, Rtnetlink.DELLINK, 0, out -> plainHeader(out, index));
    }

    static Request deleteIn(int nsid, int index) {
        return new Request(
                () -> "delete link " + index + " in the namespace with nsid " + nsid, Rtnetlink.DELLINK, 0, out -> {
                    plainHeader(out, index);
                    out.i32(TARGET_NETNSID, nsid);
                });
    }

    static Request deleteGroup(int group) {
        return new Request(() -> "delete links of group " + group, Rtnetlink.DELLINK, 0, out -> {
            plainHeader(out, 0);
            out.i32(GROUP, group);
        });
    }

    static Request deleteGroupIn(int nsid, int group) {
        return new Request(
                () -> "delete links of group " + group + " in the namespace with nsid " + nsid,
                Rtnetlink.DELLINK,
                0,
                out -> {
                    plainHeader(out, 0);
                    out.i32(GROUP, group).i32(TARGET_NETNSID, nsid);
                });
    }

    static Request all() {
        return new Request(() -> "list links", Rtnetlink.GETLINK, 0, out -> {
            plainHeader(out, 0);
            out.i32(EXT_MASK, SKIP_STATISTICS);
        });
    }

    static Request allIn(int nsid) {
        return new Request(() -> "list links of the namespace with nsid " + nsid, Rtnetlink.GETLINK, 0, out -> {
            plainHeader(out, 0);
            out.i32(EXT_MASK, SKIP_STATISTICS).i32(TARGET_NETNSID, nsid);
        });
    }

    static Request find(int index) {
        return new Request(() -> "find link " + index, Rtnetlink.GETLINK, 0, out -> {
            plainHeader(out, index);
            out.i32(EXT_MASK, SKIP_STATISTICS);
        });
    }

    static Request find(String name) {
        return new Request(() -> "find link " + name, Rtnetlink.GETLINK, 0, out -> {
            plainHeader(out, 0);
            out.i32(EXT_MASK, SKIP_STATISTICS).text(NAME, name);
        });
    }

    static @Nullable Link parse(Message message) {
        if (message.type() != Rtnetlink.NEWLINK && message.type() != Rtnetlink.DELLINK) {
            return null;
        }
        Attributes attributes = message.attributes(Rtnetlink.LINK_SIZE);
        String name = attributes.text(NAME);
        if (name == null) {
            throw new MalformedMessage("link message without a name");
        }
        int flags = message.payload().getInt(8);
        Attributes info = attributes.nested(LINKINFO);
        String kind = info.text(KIND);
        int peer = attributes.i32(LINK, 0);
        boolean vxlan = "vxlan".equals(kind);
        return new Link(
                message.payload().getInt(4),
                name,
                kind == null ? "" : kind,
                settings(attributes, flags),
                (flags & LOWER_UP) != 0 && (flags & Rtnetlink.UP) != 0,
                peer,
                attributes.i32(LINK_NETNSID, -1),
                vxlan ? VxlanMessages.parse(info.nested(INFO_DATA)) : null);
    }

    private static LinkSettings settings(Attributes attributes, int flags) {
        byte[] mac = attributes.bytes(ADDRESS);
        return new LinkSettings(
                null,
                null,
                attributes.i32(MTU, 0),
                mac != null && mac.length == 6 ? Mac.of(mac) : null,
                attributes.text(ALIAS),
                attributes.i32(GROUP, 0),
                (flags & Rtnetlink.UP) != 0,
                null,
                attributes.i32(MASTER, 0));
    }

    private static void plainHeader(MessageWriter out, int index) {
        out.u8(0).u8(0).u16(0).i32(index).i32(0).i32(0);
    }

    private static void header(MessageWriter out, int index, LinkSettings settings) {
        Boolean up = settings.up();
        out.u8(0).u8(0).u16(0).i32(index);
        out.i32(Boolean.TRUE.equals(up) ? Rtnetlink.UP : 0).i32(up == null ? 0 : Rtnetlink.UP);
    }

    private static void attributes(MessageWriter out, LinkSettings settings) {
        String name = settings.name();
        if (name != null) {
            out.text(NAME, name);
        }
        Integer mtu = settings.mtu();
        if (mtu != null) {
            out.i32(MTU, mtu);
        }
        Mac mac = settings.mac();
        if (mac != null) {
            out.bytes(ADDRESS, mac.bytes());
        }
        String alias = settings.alias();
        if (alias != null) {
            out.text(ALIAS, alias);
        }
        Integer group = settings.group();
        if (group != null) {
            out.i32(GROUP, group);
        }
        Integer master = settings.master();
        if (master != null) {
            out.i32(MASTER, master);
        }
        OpenNetns netns = settings.netns();
        if (netns != null) {
            out.i32(NET_NS_FD, netns.number());
        }
    }

    private static void details(MessageWriter out, NewLink link) {
        switch (link) {
            case NewLink.Veth(var _, var peer) -> {
                out.text(KIND, "veth");
                out.nest(
                        INFO_DATA,
                        () -> out.nest(VETH_PEER, () -> {
                            header(out, peer.index() == null ? 0 : peer.index(), peer);
                            attributes(out, peer);
                        }));
            }
            case NewLink.Vxlan(var _, var vxlan) -> {
                out.text(KIND, "vxlan");
                out.nest(INFO_DATA, () -> VxlanMessages.write(out, vxlan));
            }
            case NewLink.OfKind(var _, var kind) -> out.text(KIND, kind);
        }
    }

    private static String described(NewLink link) {
        return switch (link) {
            case NewLink.Veth(var end, var peer) -> "veth " + end.described() + " with peer " + peer.described();
            case NewLink.Vxlan(var end, var vxlan) ->
                "vxlan %s with VNI %d to %s on port %d"
                        .formatted(end.described(), vxlan.vni(), text(vxlan.remote()), vxlan.port());
            case NewLink.OfKind(var end, var kind) -> kind + " " + end.described();
        };
    }

    private static String text(@Nullable InetAddress address) {
        return address == null ? "nobody" : address.getHostAddress();
    }
}
