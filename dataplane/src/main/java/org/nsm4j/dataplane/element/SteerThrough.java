package org.nsm4j.dataplane.element;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.Rule;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.Sysctl;

/**
 * Leads what comes in by a client's wire out by the wire to the next function, whatever its destination, by the kernel's
 * own routing: a rule for the incoming link, and a table with one route to the far end for each family. The way back is
 * the route to the client, which the forwarder makes.
 *
 * <p>Rules and routes stay when this process ends, so that packets go on; they go with the connection, and those of links
 * that are no more with the next {@link #open}.
 *
 * <p>Place: in functions that pass on, after the client's wire has its name, before {@link
 * org.nsm4j.core.select.PassOn}: it reads the answer.
 */
@Does("leads packets from the client's wire to the next function's, by the kernel's own routing")
public final class SteerThrough implements Element {
    /** Of our rules; before the main table, after the local one. */
    private static final int PRIORITY = 1100;
    /** Tables of ours have the outgoing link's index for a number, and this bit, which no index has. */
    private static final int TABLE = 0x8000_0000;
    /** Who made our routes; anything but an administrator, whose routes on its links a forwarder compares. */
    private static final int PROTOCOL = 0xa5;

    private final Netns netns;
    private final Function<ConnectionId, String> outgoing;
    private final Map<Rule, Integer> users = new ConcurrentHashMap<>();

    /**
     * Steers in a namespace.
     *
     * @param netns where both wires of every connection end
     * @param outgoing the name of a connection's outgoing link
     */
    public SteerThrough(Netns netns, Function<ConnectionId, String> outgoing) {
        this.netns = netns;
        this.outgoing = outgoing;
    }

    /**
     * Switches forwarding on, for the whole namespace, and source checks off that would take steered packets for spoofed;
     * forgets what a former process left for links that are gone.
     *
     * @throws Refused UNAVAILABLE where that is not allowed
     */
    public void open() {
        try (var open = netns.open();
                var network = Network.open(open)) {
            for (var off : List.of("net/ipv4/conf/all/rp_filter", "net/ipv4/conf/default/rp_filter")) {
                Sysctl.write(open, off, "0");
            }
            Sysctl.write(open, "net/ipv4/conf/default/proxy_arp", "1");
            Sysctl.write(open, "net/ipv4/ip_forward", "1");
            Sysctl.write(open, "net/ipv6/conf/all/forwarding", "1");
            Set<String> links = network.links().stream().map(Link::name).collect(Collectors.toSet());
            var change = network.change();
            // without the loopback's there is no table of local addresses, and the kernel takes every next hop for a
            // broadcast
            network.link("lo")
                    .ifPresent(lo ->
                            change.setLink(lo.index(), LinkSettings.unchanged().up(true)));
            network.rules().stream()
                    .filter(SteerThrough::isOurs)
                    .filter(rule -> rule.incoming() != null && !links.contains(rule.incoming()))
                    .forEach(change::deleteRule);
            change.attempt();
        } catch (KernelRefused e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE, "cannot forward in %s: %s".formatted(netns, e.getMessage()), e);
        }
    }

    private static boolean isOurs(Rule rule) {
        return rule.priority() == PRIORITY && (rule.table() & TABLE) != 0;
    }

    /** How one connection is led. */
    private final class Steering implements AutoCloseable {
        final String incoming;
        final String outgoing;
        final List<InetAddress> far;
        final int table;

        Steering(String incoming, Link link, List<InetAddress> far) {
            this.incoming = incoming;
            this.outgoing = link.name();
            this.far = List.copyOf(far);
            this.table = table(link);
            write(link.index());
        }

        private static int table(Link link) {
            return TABLE | link.index();
        }

        boolean is(String otherIncoming, Link link, List<InetAddress> otherFar) {
            return incoming.equals(otherIncoming) && table == table(link) && far.equals(otherFar);
        }

        private List<Rule> rules() {
            return families(far)
                    .map(ipv6 -> Rule.incoming(ipv6, PRIORITY, incoming, table))
                    .toList();
        }

        private void write(int link) {
            try (var open = netns.open();
                    var network = Network.open(open)) {
                // a far end that does not know its neighbour asks for it, and shall not wait for the answer
                Sysctl.write(open, "net/ipv4/neigh/%s/proxy_delay".formatted(outgoing), "0");
                var change = network.change();
                for (var address : far) {
                    var all = Prefix.parse(Cidr.host(address).isIpv4() ? "0.0.0.0/0" : "::/0");
                    change.replaceRoute(
                            Route.via(address, link, all).onlink().table(table).protocol(PROTOCOL));
                }
                change.commit();
                var present = network.rules();
                var more = network.change();
                rules().stream().filter(rule -> !present.contains(rule)).forEach(more::addRule);
                more.commit();
            }
            rules().forEach(rule -> users.merge(rule, 1, Integer::sum));
        }

        /** A steering that took this one's place may need the same rules still. */
        @Override
        public void close() {
            var unused = rules().stream()
                    .filter(rule -> users.computeIfPresent(rule, (_, count) -> count == 1 ? null : count - 1) == null)
                    .toList();
            try (var network = Network.open(netns)) {
                var change = network.change();
                unused.forEach(change::deleteRule);
                change.attempt();
            } catch (KernelRefused e) {
                if (!e.is(Errno.ENOENT)) {
                    throw e;
                }
            }
        }
    }

    private static Stream<Boolean> families(List<InetAddress> far) {
        return far.stream().map(address -> !Cidr.host(address).isIpv4()).distinct();
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        var incoming = name(answer)
                .orElseThrow(() -> new Refused(Refused.Reason.INTERNAL, "cannot steer: the client's wire has no name"));
        try {
            var link = link(outgoing.apply(call.id()));
            var far = far(answer.context().ip());
            var held = call.held(Steering.class).filter(each -> each.is(incoming, link, far));
            if (held.isPresent()) {
                call.hold(Steering.class, held::get);
            } else {
                call.replace(Steering.class, () -> new Steering(incoming, link, far));
            }
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.INTERNAL, "cannot steer in %s: %s".formatted(netns, e.getMessage()), e);
        }
        return answer;
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call);
        } finally {
            if (call.held(Steering.class).isEmpty()) {
                name(call.connection()).ifPresent(this::forget);
            }
        }
    }

    private static Optional<String> name(Connection connection) {
        return Optional.ofNullable(connection.mechanism()).flatMap(mechanism -> mechanism.parameter(Mechanism.NAME));
    }

    /** Takes the rules away that a former process made. */
    private void forget(String incoming) {
        try (var network = Network.open(netns)) {
            var change = network.change();
            network.rules().stream()
                    .filter(rule -> isOurs(rule) && incoming.equals(rule.incoming()))
                    .forEach(change::deleteRule);
            change.attempt();
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.INTERNAL, "cannot unsteer in %s: %s".formatted(netns, e.getMessage()), e);
        }
    }

    /** The far end's first address of each family. */
    private static List<InetAddress> far(Context.Ip ip) {
        return Stream.of(true, false)
                .flatMap(ipv4 -> Context.Ip.first(ip.dstAddresses(), ipv4).stream())
                .toList();
    }

    private Link link(String name) {
        try (var network = Network.open(netns)) {
            return network.link(name)
                    .orElseThrow(() -> new Refused(
                            Refused.Reason.INTERNAL,
                            "cannot steer: no link %s in %s (expected: that the next wire is there)"
                                    .formatted(name, netns)));
        }
    }
}
