package org.nsm4j.core.life;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.core.select.Choice;
import org.nsm4j.core.select.Matching;

/**
 * Closes connections whose endpoint no longer fits the rules of a network service that was changed, so that their
 * clients heal to one that does (behaviour H-28, upstream's netsvcmonitor).
 *
 * <p>All connections of a service share one watch; an endpoint that the registry does not know (now) is left alone.
 *
 * <p>Place: in managers, after the labels that rules look at were added, before the request leaves the node.
 */
@Does("closes connections whose endpoint no longer fits a service that was changed")
public final class CloseOnServiceChange implements Element {
    private final Registry<NetworkService> services;
    private final Registry<Endpoint> endpoints;
    private final ConnectionTable connections;
    private final Scheduler scheduler;
    private final Guard guard;
    private final Map<String, ServiceWatch> watches = new HashMap<>();

    /** Watches the services of a table's connections. */
    public CloseOnServiceChange(
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            ConnectionTable connections,
            Scheduler scheduler) {
        this.services = services;
        this.endpoints = endpoints;
        this.connections = connections;
        this.scheduler = scheduler;
        this.guard = new Guard(scheduler);
    }

    /** One connection's part in the watch of its service. */
    private final class Watched implements AutoCloseable {
        final ServiceWatch.Member member;
        final ServiceWatch watch;

        Watched(ServiceWatch.Member member, String service) {
            this.member = member;
            this.watch = join(service, member);
        }

        @Override
        public void close() {
            leave(watch, member);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        if (answer.endpoint().isEmpty()) {
            return answer;
        }
        var service = answer.service();
        var member = new ServiceWatch.Member(
                call.id(), answer.endpoint(), call.connection().labels());
        var held = call.held(Watched.class)
                .filter(each ->
                        each.member.equals(member) && each.watch.service().equals(service));
        if (held.isPresent()) {
            call.hold(Watched.class, held::get);
        } else {
            call.replace(Watched.class, () -> new Watched(member, service));
        }
        return answer;
    }

    private ServiceWatch join(String service, ServiceWatch.Member member) {
        return guard.call(() -> {
            var watch = watches.computeIfAbsent(service, name -> {
                var opened = new ServiceWatch(name, guard, scheduler, this::check);
                scheduler.spawn("watch service " + name, () -> opened.open(services));
                return opened;
            });
            watch.add(member);
            return watch;
        });
    }

    private void leave(ServiceWatch watch, ServiceWatch.Member member) {
        boolean last = guard.call(() -> {
            boolean empty = watch.remove(member);
            if (empty) {
                watches.remove(watch.service(), watch);
            }
            return empty;
        });
        if (last) {
            watch.close();
        }
    }

    private void check(NetworkService service, ServiceWatch.Member member) {
        whyUnfit(service, member)
                .ifPresent(why -> connections.closeLater(
                        member.id(),
                        "service %s was changed, and endpoint %s does not fit it any more: %s"
                                .formatted(service.name(), member.endpoint(), why)));
    }

    private Optional<String> whyUnfit(NetworkService service, ServiceWatch.Member member) {
        var endpoint = endpoints.find(Endpoint.named(member.endpoint()), Caller.SELF).stream()
                .filter(each -> each.name().equals(member.endpoint()))
                // whether its registration is late says nothing about the wire
                .map(each -> each.until(null))
                .toList();
        return Matching.endpoints(service, member.labels(), endpoint, scheduler.now()).verdicts().stream()
                .filter(verdict -> !verdict.chosen())
                .map(Choice.Verdict::why)
                .findFirst();
    }

    /** How many services are watched. */
    int watches() {
        return guard.call(watches::size);
    }
}
