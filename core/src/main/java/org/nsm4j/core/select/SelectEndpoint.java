package org.nsm4j.core.select;

import java.util.ArrayDeque;
import java.util.Comparator;
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
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Scheduler;

/**
 * Finds the endpoint that serves a client, tries the candidates in turn, and says where the request goes next
 * (behaviour D-1 to D-5, CL-2, CL-4).
 *
 * <p>A refresh stays with the endpoint that was chosen, and works also while the registry is down or has forgotten it:
 * then the request goes where it went last. A close never needs the registry unless this hop lost its memory; if it did, a
 * refresh goes to the endpoint that the path leads to, and to no other.
 *
 * <p>The order among candidates comes from {@link Experience}. Each but the last gets half of the time that is left, so
 * that one that hangs does not use up the others' turn. An endpoint that the path came through is no candidate.
 *
 * <p>Place: in forwarders and proxies, before the elements that offer mechanisms, for what they offer depends on where
 * the request goes.
 */
@Does("chooses the endpoint by the rules of the service, and tries the next where one refuses")
public final class SelectEndpoint implements Element {
    private final ServiceLookup services;
    private final Registry<Endpoint> endpoints;
    private final Scheduler scheduler;
    private final Shares shares;
    private final Experience experience;

    /** Selects among what the registries know, with an experience of its own. */
    public SelectEndpoint(Registry<NetworkService> services, Registry<Endpoint> endpoints, Scheduler scheduler) {
        this(services, endpoints, scheduler, new Experience(scheduler));
    }

    /**
     * Selects among what the registries know.
     *
     * @param experience what is known of the endpoints; kept by this element, read and told by others
     */
    public SelectEndpoint(
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            Scheduler scheduler,
            Experience experience) {
        this.services = new ServiceLookup(services);
        this.endpoints = endpoints;
        this.scheduler = scheduler;
        this.shares = new Shares(scheduler);
        this.experience = experience;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        if (call.next().isPresent()) {
            return rest.request(call);
        }
        var chosen = chosenBefore(call);
        return chosen.isEmpty() ? askCandidates(call, rest) : askNamed(call, rest, chosen);
    }

    /** The endpoint that the request names, or that a refresh had. */
    private static String chosenBefore(Call call) {
        var named = call.connection().endpoint();
        return named.isEmpty() && call.origin() == Origin.REFRESH
                ? call.previous().map(Connection::endpoint).orElse("")
                : named;
    }

    private Connection askNamed(Call call, Rest rest, String name) {
        var asked = call.connection().payload();
        var payload = asked.isNone()
                ? services.find(call).map(NetworkService::payload).orElse(asked)
                : asked;
        var answer = rest.request(
                call.with(connection -> connection.withEndpoint(name).withPayload(payload))
                        .towards(urlOf(call, name)));
        seat(call, name);
        return answer;
    }

    /** Counts the connection where it is now, and forgives the endpoint, which works. */
    private void seat(Call call, String endpoint) {
        experience.accepted(endpoint);
        var held = call.held(Experience.Seat.class).filter(seat -> seat.endpoint.equals(endpoint));
        if (held.isPresent()) {
            call.hold(Experience.Seat.class, held::get);
        } else {
            call.replace(Experience.Seat.class, () -> experience.seat(endpoint));
        }
    }

    private Url urlOf(Call call, String name) {
        // a registry that is down or was restarted says nothing about a wire that works
        var last = call.previous()
                .filter(previous -> previous.endpoint().equals(name))
                .flatMap(each -> call.previousNext());
        try {
            var found = find(name, call);
            return found.map(endpoint -> Url.parse(endpoint.url()))
                    .or(() -> last)
                    .orElseThrow(() -> new Refused(
                            Refused.Reason.NOT_FOUND,
                            "endpoint: %s (expected: a registered endpoint)".formatted(name)));
        } catch (Refused e) {
            return last.orElseThrow(() -> e);
        }
    }

    private Optional<Endpoint> find(String name, Call call) {
        return endpoints.find(Endpoint.named(name), call.caller()).stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst();
    }

    private Connection askCandidates(Call call, Rest rest) {
        var service = service(call);
        var registered = endpoints.find(Endpoint.named("").providing(List.of(service.name())), call.caller());
        var choice = Matching.endpoints(service, call.connection().labels(), registered, scheduler.now());
        if (choice.candidates().isEmpty()) {
            throw new Refused(
                    Refused.Reason.NO_CANDIDATE,
                    "service: %s has no endpoint for this client (expected: one that fits its labels; %s)"
                            .formatted(service.name(), choice.summary()));
        }
        var fitting = Loops.without(
                choice.candidates(), service.name(), call.connection().path(), registered);
        var order = new ArrayDeque<>(eligible(call, service.name(), experience.order(service.name(), fitting)));
        var attempts = new Attempts();
        while (!order.isEmpty()) {
            var endpoint = order.removeFirst().endpoint();
            try {
                var url = Url.parse(endpoint.url());
                var asking = call.with(
                        connection -> connection.withEndpoint(endpoint.name()).withPayload(service.payload()));
                var answer = rest.request(shares.of(asking, order.isEmpty()).towards(url));
                seat(call, endpoint.name());
                return answer;
            } catch (Refused e) {
                attempts.refused(endpoint.name(), e);
                if (e.reason() == Refused.Reason.CANCELLED || shares.isOver(call)) {
                    break;
                }
                experience.refused(endpoint, e);
            }
        }
        throw attempts.all("service: " + service.name(), "endpoints that were tried");
    }

    /**
     * Who may be asked. After a restart the path still says behind which endpoint the connection stands: that one alone,
     * for a wire that may well work moves only when its client asks for it.
     */
    private static List<Choice.Candidate> eligible(Call call, String service, List<Choice.Candidate> order) {
        if (call.origin() != Origin.ADOPT) {
            return order;
        }
        var path = call.connection().path();
        var behind = path.segments().stream()
                .skip(path.index() + 1L)
                .map(Segment::name)
                .toList();
        return order.stream()
                .filter(candidate -> behind.contains(candidate.endpoint().name()))
                .min(Comparator.comparingInt(
                        candidate -> behind.indexOf(candidate.endpoint().name())))
                .map(List::of)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NO_CANDIDATE,
                        "service: %s: none of %s fits this client any more (expected: one of those that the connection goes through, or that the client reselects)"
                                .formatted(service, behind)));
    }

    private NetworkService service(Call call) {
        var service = services.require(call);
        var payload = call.connection().payload();
        if (!payload.isNone() && !payload.equals(service.payload())) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "payload: %s (expected: %s, which service %s carries)"
                            .formatted(payload, service.payload(), service.name()));
        }
        return service;
    }

    @Override
    public void close(Call call, Rest rest) {
        // an endpoint that was restarted listens elsewhere by now, and closes what is behind it also when it has
        // forgotten it
        var now = lastKnown(call);
        rest.close(now == null ? call : call.towards(now));
    }

    /** Where the endpoint of a connection is now; null if that cannot be found out. */
    private @Nullable Url lastKnown(Call call) {
        var name = call.connection().endpoint();
        try {
            return (name.isEmpty() ? Optional.<Endpoint>empty() : find(name, call))
                    .map(endpoint -> Url.parse(endpoint.url()))
                    .orElse(null);
        } catch (Refused e) {
            return null;
        }
    }
}
