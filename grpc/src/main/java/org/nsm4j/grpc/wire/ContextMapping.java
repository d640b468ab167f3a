package org.nsm4j.grpc.wire;

import static org.nsm4j.grpc.wire.Fields.list;
import static org.nsm4j.grpc.wire.Fields.map;
import static org.nsm4j.grpc.wire.Fields.restore;
import static org.nsm4j.grpc.wire.Fields.unknown;
import static org.nsm4j.grpc.wire.Fields.written;

import org.nsm4j.api.connectioncontext.ConnectionContext;
import org.nsm4j.api.connectioncontext.DNSConfig;
import org.nsm4j.api.connectioncontext.DNSContext;
import org.nsm4j.api.connectioncontext.EthernetContext;
import org.nsm4j.api.connectioncontext.ExtraPrefixRequest;
import org.nsm4j.api.connectioncontext.IPContext;
import org.nsm4j.api.connectioncontext.IpFamily;
import org.nsm4j.api.connectioncontext.IpNeighbor;
import org.nsm4j.api.connectioncontext.PolicyRoute;
import org.nsm4j.api.connectioncontext.Route;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Opaque;

/**
 * Contexts as messages.
 *
 * <p>The IP context is always written, since upstream's endpoints read it unasked (wire §11.11).
 */
final class ContextMapping {
    private ContextMapping() {}

    static Context read(ConnectionContext message) {
        return new Context(
                readIp(message.getIpContext()),
                list("dns_context.configs", message.getDnsContext().getConfigsList(), ContextMapping::readDns),
                readEthernet(message.getEthernetContext()),
                map("extra_context", message.getExtraContextMap()),
                message.getMTU(),
                residue(message));
    }

    /** What is unknown in the message itself, and in those beneath it that have no record of their own. */
    private static Opaque residue(ConnectionContext message) {
        var builder = ConnectionContext.newBuilder().setUnknownFields(message.getUnknownFields());
        var dns = message.getDnsContext().getUnknownFields();
        if (!dns.isEmpty()) {
            builder.setDnsContext(DNSContext.newBuilder().setUnknownFields(dns));
        }
        return Opaque.of(builder.build().toByteArray());
    }

    static ConnectionContext write(Context context) {
        var builder = ConnectionContext.newBuilder()
                .setIpContext(writeIp(context.ip()))
                .putAllExtraContext(context.extra())
                .setMTU(context.mtu());
        if (!context.dns().isEmpty()) {
            builder.setDnsContext(DNSContext.newBuilder().addAllConfigs(written(context.dns(), ContextMapping::write)));
        }
        if (!context.ethernet().equals(Context.Ethernet.EMPTY)) {
            builder.setEthernetContext(write(context.ethernet()));
        }
        return restore(builder, context.unknown()).build();
    }

    private static Context.Ip readIp(IPContext message) {
        return new Context.Ip(
                list("src_ip_addrs", message.getSrcIpAddrsList(), Cidr::parse),
                list("dst_ip_addrs", message.getDstIpAddrsList(), Cidr::parse),
                message.getSrcIpRequired(),
                message.getDstIpRequired(),
                list("src_routes", message.getSrcRoutesList(), ContextMapping::readRoute),
                list("dst_routes", message.getDstRoutesList(), ContextMapping::readRoute),
                list("excluded_prefixes", message.getExcludedPrefixesList(), Cidr::parse),
                list("ip_neighbors", message.getIpNeighborsList(), ContextMapping::readNeighbor),
                list("extra_prefix_request", message.getExtraPrefixRequestList(), ContextMapping::readWish),
                list("extra_prefixes", message.getExtraPrefixesList(), Cidr::parse),
                list("policies", message.getPoliciesList(), ContextMapping::readPolicy),
                unknown(message));
    }

    private static IPContext writeIp(Context.Ip ip) {
        var builder = IPContext.newBuilder()
                .addAllSrcIpAddrs(written(ip.srcAddresses(), Cidr::toString))
                .addAllDstIpAddrs(written(ip.dstAddresses(), Cidr::toString))
                .setSrcIpRequired(ip.srcRequired())
                .setDstIpRequired(ip.dstRequired())
                .addAllSrcRoutes(written(ip.srcRoutes(), ContextMapping::write))
                .addAllDstRoutes(written(ip.dstRoutes(), ContextMapping::write))
                .addAllExcludedPrefixes(written(ip.excluded(), Cidr::toString))
                .addAllIpNeighbors(written(ip.neighbors(), ContextMapping::write))
                .addAllExtraPrefixRequest(written(ip.extraPrefixRequests(), ContextMapping::write))
                .addAllExtraPrefixes(written(ip.extraPrefixes(), Cidr::toString))
                .addAllPolicies(written(ip.policies(), ContextMapping::write));
        return restore(builder, ip.unknown()).build();
    }

    private static Context.Route readRoute(Route message) {
        var nextHop = message.getNextHop();
        return new Context.Route(
                Cidr.parse(message.getPrefix()),
                nextHop.isEmpty() ? null : Cidr.parseAddress(nextHop),
                unknown(message));
    }

    private static Route write(Context.Route route) {
        var builder = Route.newBuilder().setPrefix(route.prefix().toString());
        var nextHop = route.nextHop();
        if (nextHop != null) {
            builder.setNextHop(Cidr.text(nextHop));
        }
        return restore(builder, route.unknown()).build();
    }

    private static Context.Neighbor readNeighbor(IpNeighbor message) {
        return new Context.Neighbor(Cidr.parseAddress(message.getIp()), message.getHardwareAddress(), unknown(message));
    }

    private static IpNeighbor write(Context.Neighbor neighbor) {
        var builder = IpNeighbor.newBuilder().setIp(Cidr.text(neighbor.ip())).setHardwareAddress(neighbor.mac());
        return restore(builder, neighbor.unknown()).build();
    }

    private static Context.ExtraPrefixRequest readWish(ExtraPrefixRequest message) {
        var residue = ExtraPrefixRequest.newBuilder().setUnknownFields(message.getUnknownFields());
        var family = message.getAddrFamily().getUnknownFields();
        if (!family.isEmpty()) {
            residue.setAddrFamily(IpFamily.newBuilder().setUnknownFields(family));
        }
        return new Context.ExtraPrefixRequest(
                message.getAddrFamily().getFamily() == IpFamily.Family.IPV6,
                message.getPrefixLen(),
                message.getRequiredNumber(),
                message.getRequestedNumber(),
                Opaque.of(residue.build().toByteArray()));
    }

    private static ExtraPrefixRequest write(Context.ExtraPrefixRequest wish) {
        var family = wish.ipv6() ? IpFamily.Family.IPV6 : IpFamily.Family.IPV4;
        var builder = ExtraPrefixRequest.newBuilder()
                .setAddrFamily(IpFamily.newBuilder().setFamily(family))
                .setPrefixLen(wish.length())
                .setRequiredNumber(wish.required())
                .setRequestedNumber(wish.requested());
        return restore(builder, wish.unknown()).build();
    }

    private static Context.Policy readPolicy(PolicyRoute message) {
        return new Context.Policy(
                message.getFrom(),
                message.getProto(),
                message.getDstPort(),
                message.getSrcPort(),
                list("routes", message.getRoutesList(), ContextMapping::readRoute),
                unknown(message));
    }

    private static PolicyRoute write(Context.Policy policy) {
        var builder = PolicyRoute.newBuilder()
                .setFrom(policy.from())
                .setProto(policy.proto())
                .setDstPort(policy.dstPort())
                .setSrcPort(policy.srcPort())
                .addAllRoutes(written(policy.routes(), ContextMapping::write));
        return restore(builder, policy.unknown()).build();
    }

    private static Context.Dns readDns(DNSConfig message) {
        return new Context.Dns(
                list("dns_server_ips", message.getDnsServerIpsList(), Cidr::parseAddress),
                list("search_domains", message.getSearchDomainsList(), domain -> domain),
                unknown(message));
    }

    private static DNSConfig write(Context.Dns dns) {
        var builder = DNSConfig.newBuilder()
                .addAllDnsServerIps(written(dns.servers(), Cidr::text))
                .addAllSearchDomains(dns.searchDomains());
        return restore(builder, dns.unknown()).build();
    }

    private static Context.Ethernet readEthernet(EthernetContext message) {
        return new Context.Ethernet(message.getSrcMac(), message.getDstMac(), message.getVlanTag(), unknown(message));
    }

    private static EthernetContext write(Context.Ethernet ethernet) {
        var builder = EthernetContext.newBuilder()
                .setSrcMac(ethernet.srcMac())
                .setDstMac(ethernet.dstMac())
                .setVlanTag(ethernet.vlan());
        return restore(builder, ethernet.unknown()).build();
    }
}
