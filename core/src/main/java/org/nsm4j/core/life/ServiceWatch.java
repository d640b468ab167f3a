package org.nsm4j.core.life;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/** The watch of one network service, and our connections for it. What it keeps belongs to the guard. */
final class ServiceWatch {
    private static final System.Logger LOG = System.getLogger(ServiceWatch.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A connection as the rules see it. */
    record Member(ConnectionId id, String endpoint, Map<String, String> labels) {
        Member {
            labels = Map.copyOf(labels);
        }
    }

    private final String service;
    private final Guard guard;
    private final Scheduler scheduler;
    private final BiConsumer<NetworkService, Member> check;
    private final Set<Member> members = new LinkedHashSet<>();
    private Duration pause = FIRST_PAUSE;
    private Registry.@Nullable Watch watch;
    private boolean closed;

    ServiceWatch(String service, Guard guard, Scheduler scheduler, BiConsumer<NetworkService, Member> check) {
        this.service = service;
        this.guard = guard;
        this.scheduler = scheduler;
        this.check = check;
    }

    String service() {
        return service;
    }

    /** Adds a connection; in the guard. */
    void add(Member member) {
        members.add(member);
    }

    /** Removes a connection; in the guard. Whether none is left. */
    boolean remove(Member member) {
        members.remove(member);
        closed = members.isEmpty();
        return closed;
    }

    /** Opens the watch, and again whenever it breaks, until it is closed. */
    void open(Registry<NetworkService> services) {
        if (guard.call(() -> closed)) {
            return;
        }
        try {
            var opened = services.watch(NetworkService.named(service), new Listener(services), Caller.SELF);
            boolean needless = guard.call(() -> {
                watch = opened;
                return closed;
            });
            if (needless) {
                close();
            }
        } catch (Refused e) {
            openLater(services);
        }
    }

    private void openLater(Registry<NetworkService> services) {
        var wait = guard.call(() -> {
            var present = pause;
            var doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
            return present;
        });
        scheduler.after(wait, "watch service " + service, () -> open(services));
    }

    /** Ends the watch; its last connection has left. */
    void close() {
        var open = guard.call(() -> {
            var present = watch;
            watch = null;
            return Optional.ofNullable(present);
        });
        open.ifPresent(Registry.Watch::close);
    }

    private final class Listener implements Registry.Listener<NetworkService> {
        private final Registry<NetworkService> services;

        Listener(Registry<NetworkService> services) {
            this.services = services;
        }

        @Override
        public void changed(Registry.Change<NetworkService> change) {
            // a registry that matches more loosely than by name must not make us close anything
            if (change.deleted() || !change.item().name().equals(service)) {
                return;
            }
            var concerned = guard.call(() -> {
                pause = FIRST_PAUSE;
                return List.copyOf(members);
            });
            scheduler.spawn("check service " + service, () -> checkAll(change.item(), concerned));
        }

        private void checkAll(NetworkService changed, List<Member> concerned) {
            try {
                concerned.forEach(member -> check.accept(changed, member));
            } catch (Refused e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "service changed but not checked service={0} reason={1}",
                        service,
                        e.getMessage());
            }
        }

        @Override
        public void ended(Refused reason) {
            guard.run(() -> watch = null);
            openLater(services);
        }
    }
}
