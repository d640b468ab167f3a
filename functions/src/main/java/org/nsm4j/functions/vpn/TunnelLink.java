package org.nsm4j.functions.vpn;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.Scope;
import org.nsm4j.linux.net.Tun;
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
    private static final Duration STEP = Duration.ofMillis(5);
    private static final int STEPS = 1000;

    private final Netns netns;
    private final String name;
    private final WireguardConfig config;
    private final Scheduler scheduler;
    private final boolean kernel;
    private volatile boolean closed;

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
        } else {
            startProgram();
        }
        configure();
        watch();
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

    private void startProgram() {
        if (UserspaceWireguard.answers(name)) {
            LOG.log(System.Logger.Level.INFO, "tunnel {0}: adopted from wireguard-go", name);
            return;
        }
        try (var open = netns.open();
                var tun = Tun.open(open, Tun.Mode.TUN, name)) {
            tun.persistent(true);
        } catch (KernelRefused e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
        }
        launch();
        for (int step = 0; step < STEPS; step++) {
            if (UserspaceWireguard.answers(name)) {
                return;
            }
            scheduler.pause(STEP);
        }
        throw new Refused(
                Refused.Reason.UNAVAILABLE,
                "tunnel: wireguard-go did not open %s within %d s (expected: see its log with LOG_LEVEL=debug)"
                        .formatted(
                                UserspaceWireguard.socket(name),
                                STEP.multipliedBy(STEPS).toSeconds()));
    }

    /** In a session of its own, so that neither our end nor a Ctrl-C at our terminal ends it. */
    private void launch() {
        var command = new ArrayList<>(List.of("setsid"));
        if (!netns.equals(Netns.node())) {
            command.addAll(List.of("nsenter", "--net=" + netns.path()));
        }
        command.addAll(List.of("wireguard-go", name));
        try {
            new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "tunnel: cannot start wireguard-go: %s (expected: a kernel with WireGuard, or the package "
                                    .formatted(e.getMessage())
                            + "wireguard-go)",
                    e);
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
            for (var prefix : config.companyPrefixes()) {
                var route = Route.on(link.index(), new Prefix(prefix.address(), prefix.length()));
                change.replaceRoute(route);
                change.replaceRoute(route.table(Gateway.TABLE));
            }
            change.replaceRoute(
                    Route.to(Route.Type.UNREACHABLE, Prefix.everyIpv4()).table(Gateway.TABLE));
            change.replaceRoute(
                    Route.to(Route.Type.UNREACHABLE, Prefix.everyIpv6()).table(Gateway.TABLE));
            change.commit();
        }
    }

    private void addresses(Network network, Link link, org.nsm4j.linux.net.Change change) {
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
    private void watch() {
        if (kernel) {
            return;
        }
        program()
                .ifPresentOrElse(
                        process -> {
                            var ended =
                                    process.onExit().thenRun(() -> scheduler.spawn("restart " + name, this::restart));
                            Objects.requireNonNull(ended);
                        },
                        () -> LOG.log(
                                System.Logger.Level.WARNING, "tunnel {0}: its wireguard-go cannot be watched", name));
    }

    private void restart() {
        if (closed) {
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "tunnel {0}: wireguard-go ended; starting it again", name);
        try {
            startProgram();
            configure();
        } catch (Refused | KernelRefused e) {
            LOG.log(System.Logger.Level.ERROR, "tunnel {0}: {1}", name, e.getMessage());
            scheduler.after(Duration.ofSeconds(1), "restart " + name, this::restart);
            return;
        }
        watch();
    }

    private Optional<ProcessHandle> program() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                                .command()
                                .filter(command -> command.endsWith("/wireguard-go"))
                                .isPresent()
                        && process.info()
                                .arguments()
                                .filter(arguments -> List.of(arguments).contains(name))
                                .isPresent())
                .findFirst();
    }

    /** Takes the tunnel down for good. */
    public void remove() {
        closed = true;
        program().ifPresent(ProcessHandle::destroy);
        try (var network = Network.open(netns)) {
            network.link(name)
                    .ifPresent(link -> network.change().deleteLink(link.index()).attempt());
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
