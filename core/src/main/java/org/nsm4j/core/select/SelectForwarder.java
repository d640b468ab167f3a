package org.nsm4j.core.select;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Finds the forwarder of this node that wires a connection up, and stays with it until the connection is closed or
 * reselects (behaviour D-6 to D-11, CL-3).
 *
 * <p>After a restart the path's next segment tells which one it was. A request that came from another node's forwarder
 * goes to a forwarder here all the same.
 *
 * <p>Place: in managers, after the node's labels, before anything that depends on the next hop.
 */
@Does("chooses the forwarder of this node that wires the connection, and stays with it")
public final class SelectForwarder implements Element {
    /** The service that forwarders provide. */
    public static final String FORWARDER = "forwarder";

    private final ServiceLookup services;
    private final Registry<Endpoint> endpoints;
    private final String forwarderService;
    private final String managerUrl;
    private final Shares shares;

    /**
     * Selects among the forwarders of a node.
     *
     * @param forwarderService the service that they provide, usually {@value #FORWARDER}
     * @param managerUrl the URL under which this manager registers what registers with it, and so what is local; empty
     *     for every forwarder there is
     */
    public SelectForwarder(
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            String forwarderService,
            String managerUrl,
            Scheduler scheduler) {
        this.services = new ServiceLookup(services);
        this.endpoints = endpoints;
        this.forwarderService = forwarderService;
        this.managerUrl = managerUrl;
        this.shares = new Shares(scheduler);
    }

    /** The forwarder that a connection stays with. */
    private record Chosen(String name, Url url) implements AutoCloseable {
        @Override
        public void close() {
            // a memory, nothing to give back
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        if (call.next().isPresent()) {
            return rest.request(call);
        }
        var chosen = isReselect(call)
                ? Optional.<Chosen>empty()
                : call.held(Chosen.class).or(() -> carrying(call));
        return chosen.isPresent() ? askChosen(call, rest, chosen.get()) : askCandidates(call, rest);
    }

    /** After a restart, the forwarder that the path goes through: a wire that may well work stays with it. */
    private Optional<Chosen> carrying(Call call) {
        return call.origin() == Origin.ADOPT
                ? call.connection()
                        .path()
                        .next()
                        .map(segment -> lookUp(segment.name(), call)
                                .orElseThrow(() -> new Refused(
                                        Refused.Reason.UNAVAILABLE,
                                        "forwarder: %s is not known to be on this node (expected: the one that carries this connection; the registry may be down)"
                                                .formatted(segment.name()))))
                : Optional.empty();
    }

    private static boolean isReselect(Call call) {
        return call.origin() == Origin.RESELECT || call.connection().state() == Connection.State.RESELECT_REQUESTED;
    }

    private Connection askChosen(Call call, Rest rest, Chosen chosen) {
        // a registry that is down or was restarted says nothing about a forwarder that works
        var now = lookUp(chosen.name(), call).orElse(chosen);
        try {
            var answer = rest.request(call.towards(now.url()));
            keep(call, now);
            return answer;
        } catch (Refused e) {
            if (e.reason() == Refused.Reason.UNAVAILABLE && e.hop().isEmpty()) {
                throw new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "forwarder: %s is not available (expected: the one that carries this connection): %s"
                                .formatted(chosen.name(), e.getMessage()),
                        e);
            }
            throw e;
        }
    }

    private static void keep(Call call, Chosen chosen) {
        if (call.held(Chosen.class).filter(chosen::equals).isPresent()) {
            call.hold(Chosen.class, () -> chosen);
        } else {
            call.replace(Chosen.class, () -> chosen);
        }
    }

    private Connection askCandidates(Call call, Rest rest) {
        var service = services.require(call);
        var local = endpoints.find(
                Endpoint.named("").providing(List.of(forwarderService)).at(managerUrl), call.caller());
        var able = AnnouncedMechanisms.able(local, forwarderService, call.outgoing());
        var choice = Matching.forwarders(service, call.connection().labels(), able, forwarderService);
        if (choice.candidates().isEmpty()) {
            throw new Refused(
                    Refused.Reason.NO_CANDIDATE,
                    "forwarder: none for service %s on this node (expected: one that is registered and fits; %s)"
                            .formatted(service.name(), choice.summary()));
        }
        var attempts = new Attempts();
        var order = new ArrayDeque<>(choice.candidates());
        while (!order.isEmpty()) {
            var forwarder = order.removeFirst().endpoint();
            try {
                var chosen = new Chosen(forwarder.name(), Url.parse(forwarder.url()));
                var answer = rest.request(shares.of(call, order.isEmpty()).towards(chosen.url()));
                keep(call, chosen);
                return answer;
            } catch (Refused e) {
                attempts.refused(forwarder.name(), e);
                if (shares.isOver(call) || !mayAnotherHelp(forwarder, e)) {
                    break;
                }
            }
        }
        throw attempts.all("service: " + service.name(), "forwarders");
    }

    /** What a hop behind the forwarder refused, it would refuse through any other forwarder too. */
    private static boolean mayAnotherHelp(Endpoint forwarder, Refused refusal) {
        return switch (refusal.reason()) {
            case INVALID, NOT_FOUND, NO_CANDIDATE, NO_ADDRESS, CANCELLED -> false;
            // nobody said it: the forwarder itself gave no answer in its share of the time
            case DEADLINE -> refusal.hop().isEmpty();
            case NO_CAPACITY, NOT_AUTHORIZED ->
                refusal.hop().map(hop -> hop.equals(forwarder.name())).orElse(true);
            case UNSUPPORTED, CONFLICT, UNAVAILABLE, INTERNAL -> true;
        };
    }

    private Optional<Chosen> lookUp(String name, Call call) {
        try {
            return endpoints
                    .find(
                            Endpoint.named(name)
                                    .providing(List.of(forwarderService))
                                    .at(managerUrl),
                            call.caller())
                    .stream()
                    .filter(endpoint -> endpoint.name().equals(name))
                    .findFirst()
                    .map(endpoint -> new Chosen(name, Url.parse(endpoint.url())));
        } catch (Refused e) {
            return Optional.empty();
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        rest.close(call.next().isPresent() ? call : call.towards(lastKnown(call)));
    }

    /** Where a connection that this hop has forgotten may be; nowhere if that cannot be found out. */
    private @Nullable Url lastKnown(Call call) {
        return call.connection()
                .path()
                .next()
                .flatMap(segment -> lookUp(segment.name(), call))
                .map(Chosen::url)
                .orElse(null);
    }
}
