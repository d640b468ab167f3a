package org.nsm4j.functions.vpn;

import java.util.List;
import java.util.Map;
import org.nsm4j.core.address.AllocateAddresses;
import org.nsm4j.core.address.LimitMtu;
import org.nsm4j.core.address.PrefixGroups;
import org.nsm4j.core.address.ServeDns;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.life.LimitConnections;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.core.select.RequirePayload;
import org.nsm4j.linux.netns.Netns;

/**
 * An endpoint behind which lies a company's network: it holds a WireGuard tunnel there, and gives each client an address,
 * the routes, the company's name servers and the right MTU.
 *
 * <pre>{@code
 * var gateway = new VpnGateway(settings, scheduler);
 * gateway.open();                                  // tunnel and packet filter; closed for everybody
 * var chain = Chain.through(…).then(gateway.elements()).toEnd();
 * …
 * gateway.close();                                 // the tunnel goes on for those who are connected
 * }</pre>
 */
public final class VpnGateway implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(VpnGateway.class.getName());

    private final Settings settings;
    private final Scheduler scheduler;
    private final LimitConnections limit;
    private final TunnelLink tunnel;
    private final Gateway gateway;
    private final List<Element> elements;

    /**
     * What a gateway is like.
     *
     * @param name of the endpoint; with the namespace it names the tunnel's link, so keep it over restarts
     * @param netns where it forwards: wires, tunnel and the uplink to the company meet there
     * @param services that it offers
     * @param labels for each service, what clients select by
     * @param clients whom it serves
     * @param wireguard the tunnel
     */
    public record Settings(
            String name,
            Netns netns,
            List<String> services,
            Map<String, String> labels,
            Clients clients,
            WireguardConfig wireguard) {
        public Settings {
            services = List.copyOf(services);
            labels = Map.copyOf(labels);
            if (name.isEmpty() || services.isEmpty()) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "vpn-gateway: name \"%s\", services %s (expected: a name, and at least one service)"
                                .formatted(name, services));
            }
            for (var pool : clients.allPools()) {
                for (var prefix : wireguard.companyPrefixes()) {
                    if (pool.contains(prefix)) {
                        throw new Refused(
                                Refused.Reason.CONFLICT,
                                "vpn-gateway: pool %s holds the company's prefix %s (expected: addresses of its own)"
                                        .formatted(pool, prefix));
                    }
                }
            }
        }
    }

    /**
     * Whom a gateway serves.
     *
     * @param pools groups of prefixes; each client gets an address out of each group
     * @param capacity how many clients at most, 1 or more
     */
    public record Clients(List<List<Cidr>> pools, int capacity) {
        public Clients {
            pools = pools.stream().map(List::copyOf).toList();
        }

        List<Cidr> allPools() {
            return pools.stream().flatMap(List::stream).map(Cidr::network).toList();
        }
    }

    /** A gateway that is not open yet, and whose clients' addresses end with this process. */
    public VpnGateway(Settings settings, Scheduler scheduler) {
        this(settings, Ledger.none(), scheduler);
    }

    /**
     * A gateway that is not open yet.
     *
     * @param leases where it is written down which client has which addresses
     */
    public VpnGateway(Settings settings, Ledger leases, Scheduler scheduler) {
        this.settings = settings;
        this.scheduler = scheduler;
        var wireguard = settings.wireguard();
        var pools = settings.clients().allPools();
        var link = TunnelLink.nameFor(settings.name(), settings.netns());
        var company = wireguard.companyPrefixes();
        this.tunnel = new TunnelLink(settings.netns(), link, wireguard, scheduler);
        this.gateway = new Gateway(settings.netns(), link, company, pools, scheduler);
        this.limit = new LimitConnections(settings.name(), settings.clients().capacity());
        var dns = dns();
        this.elements = List.of(
                new RequirePayload(Payload.IP),
                limit,
                new AllocateAddresses(
                        new PrefixGroups(settings.clients().pools()),
                        AllocateAddresses.Foreign.REMOVED,
                        settings.services().getFirst(),
                        leases,
                        AllocateAddresses.REST,
                        scheduler),
                new AnnounceRoutes(company.stream()
                        .filter(prefix -> pools.stream().anyMatch(pool -> pool.isIpv4() == prefix.isIpv4()))
                        .toList()),
                new ServeDns(() -> dns),
                new LimitMtu(wireguard.linkMtu()),
                new AdmitClient(gateway));
    }

    /** A name server that clients cannot reach through the tunnel would only make their look-ups wait. */
    private List<Context.Dns> dns() {
        var wireguard = settings.wireguard();
        var reachable = wireguard.dns().stream()
                .filter(server -> wireguard.companyPrefixes().stream().anyMatch(prefix -> prefix.contains(server)))
                .toList();
        if (reachable.size() < wireguard.dns().size()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "gateway {0}: of the name servers {1} clients are told {2}, which AllowedIPs hold",
                    settings.name(),
                    wireguard.dns(),
                    reachable);
        }
        return reachable.isEmpty() ? List.of() : List.of(new Context.Dns(reachable, wireguard.searchDomains()));
    }

    /** What it is like. */
    public Settings settings() {
        return settings;
    }

    /**
     * Its elements, in order, for an endpoint's chain behind the upkeep of paths and tokens. The kernel mechanism may stand
     * before or behind them: the last of them reads the answer.
     */
    public List<Element> elements() {
        return elements;
    }

    /**
     * Switches the filter on, then the tunnel. Adopts both where a former process left them, without losing a packet.
     *
     * @throws Refused UNAVAILABLE where the kernel, a permission or wireguard-go is missing, CONFLICT where something else
     *     has the tunnel's name
     */
    public void open() {
        gateway.open();
        tunnel.open();
    }

    /** The tunnel's link, and what carries it. */
    public TunnelLink tunnel() {
        return tunnel;
    }

    /** How many clients it serves now. */
    public int served() {
        return limit.taken();
    }

    /** Each peer of the tunnel, for readiness and metrics. */
    public List<TunnelHealth> health() {
        var now = scheduler.now();
        return tunnel.peers().stream().map(peer -> TunnelHealth.of(peer, now)).toList();
    }

    /** Stops watching; tunnel and filter stay as they are, for the clients and for the next process. */
    @Override
    public void close() {
        tunnel.leave();
    }

    /** Takes tunnel, routes, rules and filter away for good; forwarding between links of others stays switched on. */
    public void remove() {
        tunnel.remove();
        gateway.remove();
    }
}
