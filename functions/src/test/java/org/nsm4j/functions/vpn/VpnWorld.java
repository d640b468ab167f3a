package org.nsm4j.functions.vpn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.socket.ChannelsInside;
import org.nsm4j.linux.socket.Ping;
import org.nsm4j.linux.wireguard.WireguardKey;

/**
 * A company with an intranet on its loopback, a gateway, and two clients. The gateway's default route leads to the company
 * as well, in clear: what leaks does arrive.
 */
final class VpnWorld implements AutoCloseable {
    static final String WEB = "10.20.0.10";
    static final String WEB6 = "fd20::10";
    /** At the company, but no part of what the tunnel leads to. */
    static final String ELSEWHERE = "198.51.100.1";

    final LiveScheduler scheduler = new LiveScheduler();
    final Netns company;
    final Netns gateway;
    final VpnGateway vpn;
    final Chain chain;
    private final TunnelLink companyTunnel;
    private final VpnGateway.Settings settings;

    VpnWorld(Namespaces namespaces) {
        this(namespaces, "172.16.1.0/24", 10);
    }

    VpnWorld(Namespaces namespaces, String pool, int capacity) {
        company = namespaces.create("vpn-company");
        gateway = namespaces.create("vpn-gateway");
        uplink();
        var companyKey = WireguardKey.generate();
        var gatewayKey = WireguardKey.generate();
        companyTunnel = new TunnelLink(
                company,
                TunnelLink.nameFor("company", company),
                WireguardConfig.parse("""
                        [Interface]
                        PrivateKey = %s
                        ListenPort = 51820
                        Address = 10.99.0.1/32, fd99::1/128
                        [Peer]
                        PublicKey = %s
                        AllowedIPs = 10.99.0.2/32, fd99::2/128, 172.16.1.0/24, fd16::/64
                        """.formatted(
                                companyKey.base64(), gatewayKey.publicKey().base64())),
                scheduler);
        var config = WireguardConfig.parse(
                """
                [Interface]
                PrivateKey = %s
                Address = 10.99.0.2/32, fd99::2/128
                DNS = 10.20.0.53, corp.example
                MTU = 1380
                [Peer]
                PublicKey = %s
                Endpoint = 203.0.113.2:51820
                AllowedIPs = 10.20.0.0/16, fd20::/64
                """.formatted(gatewayKey.base64(), companyKey.publicKey().base64()));
        settings = new VpnGateway.Settings(
                "vpn-gateway",
                gateway,
                List.of("intranet"),
                Map.of(),
                new VpnGateway.Clients(List.of(List.of(Cidr.parse(pool)), List.of(Cidr.parse("fd16::/64"))), capacity),
                config);
        vpn = nextProcess();
        chain = Chain.through(
                        new UpdatePath(
                                "vpn-gateway",
                                () -> new ConnectionId(UUID.randomUUID().toString())),
                        new ConnectionTable(scheduler))
                .then(vpn.elements())
                .toEnd();
    }

    /** The gateway as the next process sees it, that knows nothing of the one before. */
    VpnGateway nextProcess() {
        return new VpnGateway(settings, scheduler);
    }

    private void uplink() {
        Namespaces.ip(gateway, "link add up0 type veth peer name up0 netns " + Namespaces.nameOf(company));
        for (var netns : List.of(company, gateway)) {
            Namespaces.ip(netns, "link set lo up");
            Namespaces.ip(netns, "link set up0 up");
        }
        Namespaces.ip(gateway, "addr add 203.0.113.1/30 dev up0");
        Namespaces.ip(gateway, "addr add 2001:db8::1/64 dev up0 nodad");
        Namespaces.ip(company, "addr add 203.0.113.2/30 dev up0");
        Namespaces.ip(company, "addr add 2001:db8::2/64 dev up0 nodad");
        for (var address : List.of(WEB + "/32", ELSEWHERE + "/32", WEB6 + "/128")) {
            Namespaces.ip(company, "addr add " + address + " dev lo");
        }
        Namespaces.ip(gateway, "route add default via 203.0.113.2");
        Namespaces.ip(gateway, "-6 route add default via 2001:db8::2");
    }

    void open() {
        vpn.open();
        companyTunnel.open();
    }

    static Connection connection(String id, String link) {
        return Connection.to("intranet")
                .withId(new ConnectionId(id))
                .withMechanism(new Mechanism.Kernel(Map.of(Mechanism.NAME, link)));
    }

    Connection ask(String id, String link) {
        return chain.request(new Request(connection(id, link), List.of()), Caller.SELF);
    }

    /** Asks for a connection and plugs the wire that it describes, as a forwarder does. */
    Connection plug(Netns client, String id, String link) {
        var answer = ask(id, link);
        var ip = answer.context().ip();
        Namespaces.ip(gateway, "link add " + link + " type veth peer name nsm0 netns " + Namespaces.nameOf(client));
        Namespaces.ip(client, "link set lo up");
        end(client, "nsm0", answer.context().mtu(), ip.srcAddresses(), ip.dstAddresses());
        end(gateway, link, answer.context().mtu(), ip.dstAddresses(), ip.srcAddresses());
        for (var route : ip.srcRoutes()) {
            if (!route.prefix().isHost()) {
                var next = ip.dstAddresses().stream()
                        .filter(each -> each.isIpv4() == route.prefix().isIpv4())
                        .findFirst()
                        .orElseThrow();
                add(client, route.prefix(), "via " + next.address().getHostAddress() + " dev nsm0");
            }
        }
        return answer;
    }

    private static void end(Netns netns, String link, int mtu, List<Cidr> own, List<Cidr> other) {
        Namespaces.ip(netns, "link set " + link + " mtu " + mtu + " up");
        own.forEach(
                each -> Namespaces.ip(netns, "addr add " + each + " dev " + link + (each.isIpv4() ? "" : " nodad")));
        other.forEach(each -> add(netns, each, "dev " + link));
    }

    static void add(Netns netns, Cidr prefix, String rest) {
        Namespaces.ip(netns, (prefix.isIpv4() ? "" : "-6 ") + "route add " + prefix + " " + rest);
    }

    /** Whether an address answers; asked for up to ten seconds, since a tunnel needs its first handshake. */
    static boolean answers(Netns from, String address) {
        return replies(from, address, 50) > 0;
    }

    /** Whether an address does not answer, though asked several times. */
    static boolean isSilent(Netns from, String address) {
        return replies(from, address, 3) == 0;
    }

    private static int replies(Netns from, String address, int tries) {
        try (var open = from.open();
                var ping = Ping.open(open, Cidr.parseAddress(address))) {
            for (int i = 0; i < tries; i++) {
                if (ping.probe(Duration.ofMillis(200)).isPresent()) {
                    return 1;
                }
            }
            return 0;
        } catch (KernelRefused e) {
            return 0;
        }
    }

    /** Whether a datagram from that source comes out at the company's address. */
    boolean arrives(Netns from, String source, String address) {
        InetAddress target = Cidr.parseAddress(address);
        try (var openFrom = from.open();
                var openTo = company.open();
                DatagramChannel sender = ChannelsInside.datagram(openFrom);
                DatagramChannel receiver = ChannelsInside.datagram(openTo);
                Selector selector = Selector.open()) {
            receiver.bind(new InetSocketAddress(target, 7777));
            receiver.configureBlocking(false);
            receiver.register(selector, SelectionKey.OP_READ);
            sender.bind(new InetSocketAddress(Cidr.parseAddress(source), 0));
            for (int i = 0; i < 3; i++) {
                send(sender, new InetSocketAddress(target, 7777));
                if (selector.select(200) == 1) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the kernel refuses at once has not arrived either. */
    private static void send(DatagramChannel sender, InetSocketAddress target) {
        try {
            sender.send(ByteBuffer.allocateDirect(1), target);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("unreachable")) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What the filter, the rules and the clients' routing table hold. */
    static String state(Netns netns, VpnGateway vpn) {
        return Namespaces.ip(netns, "rule show")
                + Namespaces.ip(netns, "-6 rule show")
                + Namespaces.ip(netns, "route show table all")
                + Namespaces.ip(netns, "-6 route show table all")
                + Namespaces.ip(netns, "-o link show").replaceAll("\\d+: ", "")
                + vpn.served();
    }

    @Override
    public void close() {
        vpn.remove();
        companyTunnel.remove();
        scheduler.close();
    }
}
