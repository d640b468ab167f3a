package org.nsm4j.linux.net;

import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.Request;
import org.nsm4j.linux.netns.OpenNetns;

/** Numbers of other namespaces as messages: {@code struct rtgenmsg} and {@code NETNSA_*}. */
final class NsidMessages {
    static final int NONE = -1;
    private static final int NSID = 1;
    private static final int FD = 3;

    private NsidMessages() {}

    static Request assign(OpenNetns netns) {
        return new Request(
                () -> "give an nsid to netns " + netns,
                Rtnetlink.NEWNSID,
                0,
                out -> out.i32(0).i32(NSID, NONE).i32(FD, netns.number()));
    }

    static Request find(OpenNetns netns) {
        return new Request(
                () -> "find the nsid of netns " + netns,
                Rtnetlink.GETNSID,
                0,
                out -> out.i32(0).i32(FD, netns.number()));
    }

    static Request all() {
        return new Request(() -> "list nsids", Rtnetlink.GETNSID, 0, out -> out.i32(0));
    }

    /** Null for a namespace that has no number. */
    static @Nullable Integer parse(Message message) {
        if (message.type() != Rtnetlink.NEWNSID && message.type() != Rtnetlink.DELNSID) {
            return null;
        }
        int nsid = message.attributes(Rtnetlink.GENERAL_SIZE).i32(NSID, NONE);
        return nsid == NONE ? null : nsid;
    }
}
