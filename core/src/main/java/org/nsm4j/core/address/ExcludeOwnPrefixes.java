package org.nsm4j.core.address;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;

/**
 * Keeps the addresses of a client's several connections apart: what one of them uses, the others exclude (behaviour
 * Services that are declared aware of one another may share addresses.
 *
 * <p>Place: in clients, after the connection table, before anything that leaves the process.
 */
@Does("keeps the addresses of the client's several connections apart")
public final class ExcludeOwnPrefixes implements Element {
    private final List<List<ConnectUrl>> aware;
    private final Set<Own> inUse = ConcurrentHashMap.newKeySet();

    /**
     * Keeps connections apart.
     *
     * @param aware groups of what may share addresses within the group; empty for none
     */
    public ExcludeOwnPrefixes(List<List<ConnectUrl>> aware) {
        this.aware = aware.stream().map(List::copyOf).toList();
    }

    /** What one connection uses: the addresses of both sides, and routes to single addresses. */
    private final class Own implements AutoCloseable {
        final ConnectionId id;
        final int group;
        final List<Cidr> hosts;

        Own(ConnectionId id, int group, List<Cidr> hosts) {
            this.id = id;
            this.group = group;
            this.hosts = hosts;
            inUse.add(this);
        }

        @Override
        public void close() {
            inUse.remove(this);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection().context().ip();
        int group = groupOf(call);
        var excluded = new LinkedHashSet<>(asked.excluded());
        var own = hosts(asked);
        inUse.stream()
                .filter(other -> !other.id.equals(call.id()) && (group < 0 || other.group != group))
                .flatMap(other -> other.hosts.stream())
                .filter(host -> !own.contains(host))
                .sorted(java.util.Comparator.comparing(Cidr::toString))
                .forEach(excluded::add);
        var answer = rest.request(call.with(connection -> withExcluded(connection, List.copyOf(excluded))));
        refuseConflict(answer, excluded);
        var used = hosts(answer.context().ip());
        var held = call.held(Own.class);
        if (held.isPresent() && held.get().hosts.equals(used) && held.get().group == group) {
            call.hold(Own.class, held::get);
        } else {
            call.replace(Own.class, () -> new Own(call.id(), group, used));
        }
        return withExcluded(answer, asked.excluded());
    }

    private static Connection withExcluded(Connection connection, List<Cidr> excluded) {
        return connection.withContext(context -> context.withIp(context.ip().withExcluded(excluded)));
    }

    private static List<Cidr> hosts(Context.Ip ip) {
        var all = new ArrayList<Cidr>();
        Stream.concat(ip.srcAddresses().stream(), ip.dstAddresses().stream())
                .map(address -> Cidr.host(address.address()))
                .forEach(all::add);
        Stream.concat(ip.srcRoutes().stream(), ip.dstRoutes().stream())
                .map(Context.Route::prefix)
                .filter(Cidr::isHost)
                .forEach(all::add);
        return all.stream().distinct().toList();
    }

    private static void refuseConflict(Connection answer, Set<Cidr> excluded) {
        for (var host : hosts(answer.context().ip())) {
            if (excluded.contains(host)) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "address: %s from endpoint %s (expected: none that another connection of this client uses)"
                                .formatted(host, answer.endpoint()));
            }
        }
    }

    /** The group of services that this request belongs to; -1 for none. */
    private int groupOf(Call call) {
        var offered = new ArrayList<>(call.outgoing().preferences());
        var chosen = call.connection().mechanism();
        if (chosen != null) {
            offered.add(chosen);
        }
        for (int i = 0; i < aware.size(); i++) {
            for (var url : aware.get(i)) {
                if (isMeant(url, call.connection(), offered)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static boolean isMeant(ConnectUrl url, Connection connection, List<Mechanism> offered) {
        var name = url.interfaceName();
        return url.service().equals(connection.service())
                && connection.labels().entrySet().containsAll(url.labels().entrySet())
                && offered.stream()
                        .anyMatch(mechanism ->
                                mechanism.type().equals(url.mechanism().type())
                                        && (name.isEmpty() || name.equals(mechanism.parameter(Mechanism.NAME))));
    }
}
