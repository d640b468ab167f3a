package org.nsm4j.linux.net;

/** Numbers of {@code linux/rtnetlink.h}, {@code if_link.h}, {@code if_addr.h}, {@code neighbour.h} and {@code net_namespace.h}. */
final class Rtnetlink {
    static final int NEWLINK = 16;
    static final int DELLINK = 17;
    static final int GETLINK = 18;
    static final int SETLINK = 19;
    static final int NEWADDR = 20;
    static final int DELADDR = 21;
    static final int GETADDR = 22;
    static final int NEWROUTE = 24;
    static final int DELROUTE = 25;
    static final int GETROUTE = 26;
    static final int NEWNEIGH = 28;
    static final int DELNEIGH = 29;
    static final int GETNEIGH = 30;
    static final int NEWRULE = 32;
    static final int DELRULE = 33;
    static final int GETRULE = 34;
    static final int NEWNSID = 88;
    static final int DELNSID = 89;
    static final int GETNSID = 90;

    /** Sizes of the fixed parts: ifinfomsg, ifaddrmsg, rtmsg and fib_rule_hdr and ndmsg, rtgenmsg. */
    static final int LINK_SIZE = 16;

    static final int ADDRESS_SIZE = 8;
    static final int ROUTE_SIZE = 12;
    static final int NEIGHBOUR_SIZE = 12;
    static final int GENERAL_SIZE = 4;

    static final int UP = 1;

    private Rtnetlink() {}
}
