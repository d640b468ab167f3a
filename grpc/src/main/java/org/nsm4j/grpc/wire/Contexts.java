package org.nsm4j.grpc.wire;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

/** Contexts of connections. */
final class Contexts {
    private Contexts() {}

    static Context toModel(ConnectionContext message) {
        return new Context(
                toModel(message.getIpContext()),
                message.getDnsContext().getConfigsList().stream()
                        .map(Contexts::toModel)
                        .toList(),
                new Context.Ethernet(
                        message.getEthernetContext().getSrcMac(),
                        message.getEthernetContext().getDstMac(),
                        message.getEthernetContext().getVlanTag()),
                message.getExtraContextMap(),
                message.getMTU(),
                Unknown.of(message));
    }

    private static Context.Dns toModel(DNSConfig message) {
        return new Context.Dns(addresses(message.getDnsServerIpsList()), message.getSearchDomainsList());
    }

    private static Context.Ip toModel(IPContext message) {
        return new Context.Ip(
                cidrs(message.getSrcIpAddrsList()),
                cidrs(message.getDstIpAddrsList()),
                message.getSrcIpRequired(),
                message.getDstIpRequired(),
                routes(message.getSrcRoutesList()),
                routes(message.getDstRoutesList()),
                cidrs(message.getExcludedPrefixesList()),
                message.getIpNeighborsList().stream()
                        .map(each -> new Context.Neighbor(Cidr.parseAddress(each.getIp()), each.getHardwareAddress()))
                        .toList(),
                message.getExtraPrefixRequestList().stream()
                        .map(Contexts::toModel)
                        .toList(),
                cidrs(message.getExtraPrefixesList()),
                message.getPoliciesList().stream().map(Contexts::toModel).toList(),
                Unknown.of(message));
    }

    private static Context.ExtraPrefixRequest toModel(ExtraPrefixRequest message) {
        return new Context.ExtraPrefixRequest(
                message.getAddrFamily().getFamily() == IpFamily.Family.IPV6,
                message.getPrefixLen(),
                message.getRequiredNumber(),
                message.getRequestedNumber());
    }

    private static Context.Policy toModel(PolicyRoute message) {
        return new Context.Policy(
                message.getFrom(),
                message.getProto(),
                message.getDstPort(),
                message.getSrcPort(),
                routes(message.getRoutesList()));
    }

    private static List<Context.Route> routes(List<Route> messages) {
        return messages.stream()
                .map(each -> new Context.Route(Cidr.parse(each.getPrefix()), nextHop(each)))
                .toList();
    }

    private static @Nullable InetAddress nextHop(Route message) {
        return message.getNextHop().isEmpty() ? null : Cidr.parseAddress(message.getNextHop());
    }

    private static List<Cidr> cidrs(List<String> texts) {
        return texts.stream().map(Cidr::parse).toList();
    }

    private static List<InetAddress> addresses(List<String> texts) {
        return texts.stream().map(Cidr::parseAddress).toList();
    }

    static ConnectionContext toMessage(Context context) {
        var message = ConnectionContext.newBuilder()
                .setIpContext(toMessage(context.ip()))
                .putAllExtraContext(context.extra())
                .setMTU(context.mtu());
        if (!context.dns().isEmpty()) {
            var dns = DNSContext.newBuilder();
            context.dns().forEach(each -> dns.addConfigs(toMessage(each)));
            message.setDnsContext(dns);
        }
        if (!context.ethernet().equals(Context.Ethernet.EMPTY)) {
            message.setEthernetContext(EthernetContext.newBuilder()
                    .setSrcMac(context.ethernet().srcMac())
                    .setDstMac(context.ethernet().dstMac())
                    .setVlanTag(context.ethernet().vlan()));
        }
        return Unknown.into(message, context.unknown()).build();
    }

    private static DNSConfig toMessage(Context.Dns dns) {
        var message = DNSConfig.newBuilder().addAllSearchDomains(dns.searchDomains());
        dns.servers().forEach(each -> message.addDnsServerIps(each.getHostAddress()));
        return message.build();
    }

    private static IPContext toMessage(Context.Ip ip) {
        var message =
                IPContext.newBuilder().setSrcIpRequired(ip.srcRequired()).setDstIpRequired(ip.dstRequired());
        ip.srcAddresses().forEach(each -> message.addSrcIpAddrs(each.toString()));
        ip.dstAddresses().forEach(each -> message.addDstIpAddrs(each.toString()));
        ip.srcRoutes().forEach(each -> message.addSrcRoutes(toMessage(each)));
        ip.dstRoutes().forEach(each -> message.addDstRoutes(toMessage(each)));
        ip.excluded().forEach(each -> message.addExcludedPrefixes(each.toString()));
        ip.neighbors()
                .forEach(each -> message.addIpNeighbors(IpNeighbor.newBuilder()
                        .setIp(each.ip().getHostAddress())
                        .setHardwareAddress(each.mac())));
        ip.extraPrefixRequests().forEach(each -> message.addExtraPrefixRequest(toMessage(each)));
        ip.extraPrefixes().forEach(each -> message.addExtraPrefixes(each.toString()));
        ip.policies().forEach(each -> message.addPolicies(toMessage(each)));
        return Unknown.into(message, ip.unknown()).build();
    }

    private static ExtraPrefixRequest toMessage(Context.ExtraPrefixRequest request) {
        return ExtraPrefixRequest.newBuilder()
                .setAddrFamily(IpFamily.newBuilder()
                        .setFamily(request.ipv6() ? IpFamily.Family.IPV6 : IpFamily.Family.IPV4))
                .setPrefixLen(request.length())
                .setRequiredNumber(request.required())
                .setRequestedNumber(request.requested())
                .build();
    }

    private static PolicyRoute toMessage(Context.Policy policy) {
        var message = PolicyRoute.newBuilder()
                .setFrom(policy.from())
                .setProto(policy.proto())
                .setDstPort(policy.dstPort())
                .setSrcPort(policy.srcPort());
        policy.routes().forEach(each -> message.addRoutes(toMessage(each)));
        return message.build();
    }

    private static Route toMessage(Context.Route route) {
        var message = Route.newBuilder().setPrefix(route.prefix().toString());
        if (route.nextHop() != null) {
            message.setNextHop(route.nextHop().getHostAddress());
        }
        return message.build();
    }
}
