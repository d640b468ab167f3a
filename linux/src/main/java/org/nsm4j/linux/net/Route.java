package org.nsm4j.linux.net;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A route.
 *
 * @param destination the network that it leads to
 * @param type what happens to packets
 * @param gateway the next hop, of either family; null for a network that is on the link itself
 * @param link index of the link that packets leave by, 0 where the type needs none
 * @param choice table, metric, scope and the rest, with defaults in {@link Choice#main()}
 */
public record Route(Prefix destination, Type type, @Nullable InetAddress gateway, int link, Choice choice) {
    private static final int IPV6_METRIC = 1024;

    /** What happens to packets, {@code RTN_*}. */
    public enum Type {
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        /** Dropped without a word. */
        BLACKHOLE(6),
        /** Dropped, and the sender is told. */
        UNREACHABLE(7),
        PROHIBIT(8),
        /** This table has no answer: look in the next. */
        THROW(9);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static @Nullable Type of(int number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            return null;
        }
    }

    /**
     * When and how a route is chosen.
     *
     * @param table number of the routing table; 254 is main
     * @param metric the lowest wins; 0 lets IPv6 take 1024
     * @param scope null derives it as iproute2 does: link without a gateway, else global; IPv6 knows global only
     * @param onlink the gateway is taken to be on the link, even where no address says so
     * @param source the address that own packets get, null for the kernel's choice
     * @param protocol who made the route, {@code RTPROT_*}; 4 is an administrator, 2 the kernel
     */
    public record Choice(
            int table,
            int metric,
            @Nullable Scope scope,
            boolean onlink,
            @Nullable InetAddress source,
            int protocol) {
        public static final int MAIN = 254;
        public static final int STATIC = 4;

        /** In the main table, with every default. */
        public static Choice main() {
            return new Choice(MAIN, 0, null, false, null, STATIC);
        }
    }

    /** To a network that is on the link itself: {@code ip route add PREFIX dev LINK}. */
    public static Route on(int link, Prefix destination) {
        return new Route(destination, Type.UNICAST, null, link, Choice.main());
    }

    /** Through a next hop: {@code ip route add PREFIX via GATEWAY dev LINK}. */
    public static Route via(InetAddress gateway, int link, Prefix destination) {
        return new Route(destination, Type.UNICAST, gateway, link, Choice.main());
    }

    /** To nowhere: {@code ip route add unreachable PREFIX} and the like. */
    public static Route to(Type type, Prefix destination) {
        return new Route(destination, type, null, 0, Choice.main());
    }

    public Route table(int table) {
        return with(new Choice(table, choice.metric, choice.scope, choice.onlink, choice.source, choice.protocol));
    }

    public Route metric(int metric) {
        return with(new Choice(choice.table, metric, choice.scope, choice.onlink, choice.source, choice.protocol));
    }

    public Route scope(Scope scope) {
        return with(new Choice(choice.table, choice.metric, scope, choice.onlink, choice.source, choice.protocol));
    }

    public Route onlink() {
        return with(new Choice(choice.table, choice.metric, choice.scope, true, choice.source, choice.protocol));
    }

    public Route source(InetAddress source) {
        return with(new Choice(choice.table, choice.metric, choice.scope, choice.onlink, source, choice.protocol));
    }

    public Route protocol(int protocol) {
        return with(new Choice(choice.table, choice.metric, choice.scope, choice.onlink, choice.source, protocol));
    }

    /**
     * Whether the kernel, listing that route, has what this one asks for: defaults that the kernel fills in (scope, the
     * metric of IPv6, the loopback as the link of an IPv6 route to nowhere) count as asked for.
     */
    public boolean satisfiedBy(Route listed) {
        Choice other = listed.choice;
        boolean sameLink = link == listed.link || (link == 0 && type != Type.UNICAST);
        return destination.network().equals(listed.destination)
                && type == listed.type
                && Objects.equals(gateway, listed.gateway)
                && sameLink
                && choice.table == other.table
                && listedMetric() == other.metric
                && listedScope() == other.scope
                && choice.onlink == other.onlink
                && Objects.equals(choice.source, other.source)
                && choice.protocol == other.protocol;
    }

    private int listedMetric() {
        return choice.metric == 0 && !destination.isIpv4() ? IPV6_METRIC : choice.metric;
    }

    /** What iproute2 derives: link without a gateway, else global; IPv6 knows global only. */
    Scope listedScope() {
        if (!destination.isIpv4()) {
            return Scope.GLOBAL;
        }
        if (choice.scope != null) {
            return choice.scope;
        }
        return type == Type.UNICAST && gateway == null ? Scope.LINK : Scope.GLOBAL;
    }

    private Route with(Choice other) {
        return new Route(destination, type, gateway, link, other);
    }

    /** As one would type it behind {@code ip route add}. */
    @Override
    public String toString() {
        return (type == Type.UNICAST ? "" : type.name().toLowerCase(Locale.ROOT) + " ")
                + destination
                + (gateway == null ? "" : " via " + gateway.getHostAddress())
                + (link == 0 ? "" : " dev " + link)
                + (choice.table == Choice.MAIN ? "" : " table " + choice.table)
                + (choice.metric == 0 ? "" : " metric " + choice.metric)
                + (choice.onlink ? " onlink" : "");
    }
}
