package org.nsm4j.functions.vpn;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Change;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.Scope;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.wireguard.KernelWireguard;
import org.nsm4j.linux.wireguard.Tunnel;
import org.nsm4j.linux.wireguard.UserspaceWireguard;
import org.nsm4j.linux.wireguard.WireguardControl;

/**
 * The link of a WireGuard tunnel in a gateway's namespace: the kernel's where it has WireGuard, else wireguard-go on a
 * persistent TUN link. Both outlive this process, and are adopted again by the next.
 */
public final class TunnelLink {
    private static final System.Logger LOG = System.getLogger(TunnelLink.class.getName());
    private static final int METRIC = 5200;
    private static final int LAST_METRIC = 1_000_000;
    private static final int NAME_DIGITS = 12;

    private final Netns netns;
    private final String name;
    private final WireguardConfig config;
    private final Scheduler scheduler;
    private final boolean kernel;
    private final WireguardProgram program;
    private volatile boolean closed;
    private volatile boolean removed;

    /**
     * A tunnel that is not there yet.
     *
     * @param netns where its link, and the packets that carry it, shall be
     * @param name of the link, unique on the host
     * @param config keys, peers, addresses
     * @param scheduler for waiting and watching
     */
    public TunnelLink(Netns netns, String name, WireguardConfig config, Scheduler scheduler) {
        this.netns = netns;
        this.name = name;
        this.config = config;
        this.scheduler = scheduler;
        this.kernel = KernelWireguard.present();
        this.program = new WireguardProgram(netns, name, scheduler);
    }

    /**
     * A link's name of 15 bytes that no other gateway of this host has: the control sockets of all namespaces lie in one
     * folder. The same endpoint in the same namespace gets the same name again.
     */
    public static String nameFor(String endpoint, Netns netns) {
        try (var open = netns.open()) {
            var text = endpoint + '\0' + open.cookie();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "wg-" + HexFormat.of().formatHex(hash).substring(0, NAME_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What carries the packets, for people. */
    public String carrier() {
        return kernel ? "the kernel's WireGuard" : "wireguard-go";
    }

    /** The link's name. */
    public String name() {
        return name;
    }

    /** Brings the tunnel up, or adopts it. */
    public void open() {
        if (kernel) {
            addKernelLink();
            configure();
        } else {
            carry(program.start());
        }
    }

    private void configure() {
        control().configure(name, config.tunnel());
        furnish();
    }

    private WireguardControl control() {
        return kernel ? new KernelWireguard(netns) : new UserspaceWireguard();
    }

    /** How the company's side is doing. */
    public List<Tunnel.PeerState> peers() {
        return control().peers(name);
    }

    private void addKernelLink() {
        try (var network = Network.open(netns)) {
            var present = network.link(name);
            if (present.isPresent() && !present.get().kind().equals("wireguard")) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "tunnel: %s in %s is a %s link (expected: a free name, or our own tunnel)"
                                .formatted(name, netns, present.get().kind()));
            }
            if (present.isEmpty()) {
                network.change()
                        .addLink(NewLink.wireguard(LinkSettings.named(name)))
                        .commit();
            }
        }
    }

    private void furnish() {
        try (var network = Network.open(netns)) {
            var link = network.link(name).orElseThrow(() -> new KernelRefused("find tunnel " + name, Errno.ENODEV));
            var change = network.change();
            if (!link.up() || link.mtu() != config.linkMtu()) {
                change.setLink(
                        link.index(),
                        LinkSettings.unchanged().mtu(config.linkMtu()).up(true));
            }
            addresses(network, link, change);
            routes(network, link, change);
            change.commit();
        }
    }

    /**
     * Writes what is not there. In the clients' table everything that the company has, with the rest known to be unreachable. In the main table,
     * which the gateway's own packets use, with a metric that lets whatever is there go first, and never around a peer:
     * its packets carry the tunnel.
     */
    private void routes(Network network, Link link, Change change) {
        var wanted = new ArrayList<Route>();
        for (var prefix : config.companyPrefixes()) {
            var route = Route.on(link.index(), new Prefix(prefix.address(), prefix.length()));
            wanted.add(route.table(Gateway.TABLE));
            boolean holdsPeer = config.tunnel().peers().stream()
                    .map(Tunnel.Peer::endpoint)
                    .anyMatch(endpoint -> endpoint != null && prefix.contains(endpoint.getAddress()));
            if (!holdsPeer) {
                wanted.add(route.metric(METRIC));
            }
        }
        for (var every : List.of(Prefix.everyIpv4(), Prefix.everyIpv6())) {
            wanted.add(
                    Route.to(Route.Type.UNREACHABLE, every).metric(LAST_METRIC).table(Gateway.TABLE));
        }
        var present = network.routes().stream()
                .filter(route -> route.choice().table() == Gateway.TABLE
                        || (route.link() == link.index() && route.choice().metric() == METRIC))
                .toList();
        present.stream()
                .filter(route -> wanted.stream().noneMatch(each -> each.satisfiedBy(route)))
                .forEach(change::deleteRoute);
        wanted.stream()
                .filter(route -> present.stream().noneMatch(route::satisfiedBy))
                .forEach(change::replaceRoute);
    }

    private void addresses(Network network, Link link, Change change) {
        var present = new HashSet<Prefix>();
        for (var address : network.addresses()) {
            if (address.link() == link.index() && address.scope() == Scope.GLOBAL) {
                present.add(address.prefix());
            }
        }
        for (var address : config.addresses()) {
            var prefix = new Prefix(address.address(), address.length());
            if (!present.contains(prefix)) {
                change.addAddress(Address.of(link.index(), prefix));
            }
        }
    }

    /** Starts the program again as soon as it ends, whoever ended it; the TUN stays, with all that is on it. */
    private void carry(ProcessHandle process) {
        if (removed) {
            program.end();
            return;
        }
        configure();
        program.whenEnded(process, () -> restart(program::startAgain), () -> !closed);
    }

    private void restart(Supplier<ProcessHandle> start) {
        if (closed) {
            return;
        }
        try {
            carry(start.get());
            LOG.log(System.Logger.Level.WARNING, "tunnel {0}: wireguard-go had ended; it was started again", name);
        } catch (Refused | KernelRefused e) {
            LOG.log(System.Logger.Level.ERROR, "tunnel {0}: {1}", name, e.getMessage());
            scheduler.after(Duration.ofSeconds(1), "restart " + name, () -> restart(program::start));
        }
    }

    /** Takes the tunnel down for good. */
    public void remove() {
        closed = true;
        removed = true;
        if (!kernel) {
            program.end();
        }
        try (var network = Network.open(netns)) {
            var change = network.change();
            network.routes().stream()
                    .filter(route -> route.choice().table() == Gateway.TABLE)
                    .forEach(change::deleteRoute);
            network.link(name).ifPresent(link -> change.deleteLink(link.index()));
            change.attempt();
        } catch (KernelRefused e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Leaves the tunnel as it is, for the next process. */
    public void leave() {
        closed = true;
    }
}
