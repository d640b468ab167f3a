package org.nsm4j.core.model;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a connection carries besides its mechanism: addresses, routes, names, frames.
 *
 * @param ip addresses and routes; "src" is the client's side, "dst" the endpoint's
 * @param dns name servers for the client
 * @param ethernet hardware addresses
 * @param extra free text for network functions
 * @param mtu the largest packet that the wire carries, in bytes; 0 where it was not said
 * @param unknown what a newer version sent
 */
public record Context(Ip ip, List<Dns> dns, Ethernet ethernet, Map<String, String> extra, int mtu, Opaque unknown) {
    /** Nothing was said. */
    public static final Context EMPTY = new Context(Ip.EMPTY, List.of(), Ethernet.EMPTY, Map.of(), 0, Opaque.NONE);

    public Context {
        dns = List.copyOf(dns);
        extra = Map.copyOf(extra);
        if (mtu < 0) {
            throw new Refused(Refused.Reason.INVALID, "MTU: %d (expected: 0 or more)".formatted(mtu));
        }
    }

    /** The same with other addresses and routes. */
    public Context withIp(Ip newIp) {
        return new Context(newIp, dns, ethernet, extra, mtu, unknown);
    }

    /** The same with other name servers. */
    public Context withDns(List<Dns> newDns) {
        return new Context(ip, newDns, ethernet, extra, mtu, unknown);
    }

    /** The same with other hardware addresses. */
    public Context withEthernet(Ethernet newEthernet) {
        return new Context(ip, dns, newEthernet, extra, mtu, unknown);
    }

    /** The same with another MTU. */
    public Context withMtu(int newMtu) {
        return new Context(ip, dns, ethernet, extra, newMtu, unknown);
    }

    /**
     * A destination and how to reach it.
     *
     * @param prefix the destination
     * @param nextHop null means the other side's first address of the same family
     * @param unknown what a newer version sent
     */
    public record Route(Cidr prefix, @Nullable InetAddress nextHop, Opaque unknown) {
        /** A route of which everything is known. */
        public Route(Cidr prefix, @Nullable InetAddress nextHop) {
            this(prefix, nextHop, Opaque.NONE);
        }

        /** A route to the other side itself. */
        public static Route to(Cidr prefix) {
            return new Route(prefix, null);
        }
    }

    /**
     * The hardware address of a neighbour.
     *
     * @param ip its address
     * @param mac six octets in hexadecimal, with colons
     * @param unknown what a newer version sent
     */
    public record Neighbor(InetAddress ip, String mac, Opaque unknown) {
        /** A neighbour of which everything is known. */
        public Neighbor(InetAddress ip, String mac) {
            this(ip, mac, Opaque.NONE);
        }
    }

    /**
     * Packets that match take these routes instead of the main ones.
     *
     * @param from source address, empty for any
     * @param proto IANA protocol number, empty for any
     * @param dstPort one port or {@code first-last}, empty for any
     * @param srcPort as dstPort
     * @param routes empty means the default route
     * @param unknown what a newer version sent
     */
    public record Policy(
            String from, String proto, String dstPort, String srcPort, List<Route> routes, Opaque unknown) {
        public Policy {
            routes = List.copyOf(routes);
        }

        /** A policy of which everything is known. */
        public Policy(String from, String proto, String dstPort, String srcPort, List<Route> routes) {
            this(from, proto, dstPort, srcPort, routes, Opaque.NONE);
        }
    }

    /**
     * A wish for whole prefixes.
     *
     * @param ipv6 the family
     * @param length of each prefix
     * @param required how many are needed
     * @param requested how many are wished for
     * @param unknown what a newer version sent
     */
    public record ExtraPrefixRequest(boolean ipv6, int length, int required, int requested, Opaque unknown) {
        /** A wish of which everything is known. */
        public ExtraPrefixRequest(boolean ipv6, int length, int required, int requested) {
            this(ipv6, length, required, requested, Opaque.NONE);
        }
    }

    /**
     * Name servers, and for which domains.
     *
     * @param servers their addresses
     * @param searchDomains empty means all domains
     * @param unknown what a newer version sent
     */
    public record Dns(List<InetAddress> servers, List<String> searchDomains, Opaque unknown) {
        public Dns {
            servers = List.copyOf(servers);
            searchDomains = List.copyOf(searchDomains);
        }

        /** Name servers of which everything is known. */
        public Dns(List<InetAddress> servers, List<String> searchDomains) {
            this(servers, searchDomains, Opaque.NONE);
        }
    }

    /**
     * Hardware addresses.
     *
     * @param srcMac the client's; empty where it was not said
     * @param dstMac the endpoint's; empty where it was not said
     * @param vlan 0 for none
     * @param unknown what a newer version sent
     */
    public record Ethernet(String srcMac, String dstMac, int vlan, Opaque unknown) {
        /** Nothing was said. */
        public static final Ethernet EMPTY = new Ethernet("", "", 0);

        /** Addresses of which everything is known. */
        public Ethernet(String srcMac, String dstMac, int vlan) {
            this(srcMac, dstMac, vlan, Opaque.NONE);
        }
    }

    /**
     * Addresses and routes of both sides.
     *
     * @param srcAddresses the client's
     * @param dstAddresses the endpoint's
     * @param srcRequired whether the client cannot do without an address
     * @param dstRequired whether the endpoint cannot do without an address
     * @param srcRoutes installed at the client
     * @param dstRoutes installed at the endpoint
     * @param excluded prefixes that must not be handed out
     * @param neighbors hardware addresses to be known
     * @param extraPrefixRequests wishes for prefixes
     * @param extraPrefixes their answer
     * @param policies policy routes of the client
     * @param unknown what a newer version sent
     */
    public record Ip(
            List<Cidr> srcAddresses,
            List<Cidr> dstAddresses,
            boolean srcRequired,
            boolean dstRequired,
            List<Route> srcRoutes,
            List<Route> dstRoutes,
            List<Cidr> excluded,
            List<Neighbor> neighbors,
            List<ExtraPrefixRequest> extraPrefixRequests,
            List<Cidr> extraPrefixes,
            List<Policy> policies,
            Opaque unknown) {
        /** Nothing was said. */
        public static final Ip EMPTY = new Ip(
                List.of(),
                List.of(),
                false,
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Opaque.NONE);

        public Ip {
            srcAddresses = List.copyOf(srcAddresses);
            dstAddresses = List.copyOf(dstAddresses);
            srcRoutes = List.copyOf(srcRoutes);
            dstRoutes = List.copyOf(dstRoutes);
            excluded = List.copyOf(excluded);
            neighbors = List.copyOf(neighbors);
            extraPrefixRequests = List.copyOf(extraPrefixRequests);
            extraPrefixes = List.copyOf(extraPrefixes);
            policies = List.copyOf(policies);
        }

        /** The same with other addresses of both sides. */
        public Ip withAddresses(List<Cidr> src, List<Cidr> dst) {
            return new Ip(
                    src,
                    dst,
                    srcRequired,
                    dstRequired,
                    srcRoutes,
                    dstRoutes,
                    excluded,
                    neighbors,
                    extraPrefixRequests,
                    extraPrefixes,
                    policies,
                    unknown);
        }

        /** The same with other routes of both sides. */
        public Ip withRoutes(List<Route> src, List<Route> dst) {
            return new Ip(
                    srcAddresses,
                    dstAddresses,
                    srcRequired,
                    dstRequired,
                    src,
                    dst,
                    excluded,
                    neighbors,
                    extraPrefixRequests,
                    extraPrefixes,
                    policies,
                    unknown);
        }

        /** The same with other prefixes that must not be handed out. */
        public Ip withExcluded(List<Cidr> prefixes) {
            return new Ip(
                    srcAddresses,
                    dstAddresses,
                    srcRequired,
                    dstRequired,
                    srcRoutes,
                    dstRoutes,
                    prefixes,
                    neighbors,
                    extraPrefixRequests,
                    extraPrefixes,
                    policies,
                    unknown);
        }

        /** The same with other hardware addresses to be known. */
        public Ip withNeighbors(List<Neighbor> newNeighbors) {
            return new Ip(
                    srcAddresses,
                    dstAddresses,
                    srcRequired,
                    dstRequired,
                    srcRoutes,
                    dstRoutes,
                    excluded,
                    newNeighbors,
                    extraPrefixRequests,
                    extraPrefixes,
                    policies,
                    unknown);
        }

        /** The same with other policy routes. */
        public Ip withPolicies(List<Policy> newPolicies) {
            return new Ip(
                    srcAddresses,
                    dstAddresses,
                    srcRequired,
                    dstRequired,
                    srcRoutes,
                    dstRoutes,
                    excluded,
                    neighbors,
                    extraPrefixRequests,
                    extraPrefixes,
                    newPolicies,
                    unknown);
        }

        /** The first address of a side and family. */
        public static Optional<InetAddress> first(List<Cidr> addresses, boolean ipv4) {
            return addresses.stream()
                    .filter(each -> each.isIpv4() == ipv4)
                    .map(Cidr::address)
                    .findFirst();
        }
    }
}
