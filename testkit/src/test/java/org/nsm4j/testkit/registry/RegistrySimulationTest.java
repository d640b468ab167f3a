package org.nsm4j.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.registry.ExpireEndpoints;
import org.nsm4j.core.registry.InTurn;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.MemoryRegistry;
import org.nsm4j.core.registry.NameTurns;
import org.nsm4j.core.registry.RefreshRegistration;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.RegistrationTime;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.testkit.schedule.SimulatedScheduler;

/** A registry, its view and those who keep themselves registered, under seeds: nobody is lost, nobody stays behind. */
class RegistrySimulationTest {
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final Endpoint ALL = Endpoint.named("").providing(List.of("vpn"));

    /** What a watcher believes that exists. */
    private static final class Belief implements Registry.Listener<Endpoint> {
        final Map<String, Endpoint> there = new TreeMap<>();
        final List<Refused> ended = new ArrayList<>();

        @Override
        public void changed(Registry.Change<Endpoint> change) {
            if (change.deleted()) {
                there.remove(change.item().name());
            } else {
                there.put(change.item().name(), change.item());
            }
        }

        @Override
        public void ended(Refused reason) {
            ended.add(reason);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void whoever_keeps_itself_registered_is_found_and_whoever_left_is_gone(long seed) {
        try (var scheduler = new SimulatedScheduler(seed)) {
            var memory = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
            var turns = new NameTurns<Endpoint>(scheduler);
            var expire = new ExpireEndpoints(Duration.ofMinutes(1), Tokens.NONE, turns, scheduler, memory);
            var registry = new InTurn<>(Kind.ENDPOINT, turns, new RegistrationTime(scheduler, expire));
            var view = new WatchedRegistry<>(Kind.ENDPOINT, scheduler, scheduler.random(), registry);
            view.start();
            var kept = new ArrayList<RefreshRegistration<Endpoint>>();
            for (int i = 0; i < 4; i++) {
                var keeper = new RefreshRegistration<>(Kind.ENDPOINT, view, scheduler, scheduler.random());
                keeper.keep(Endpoint.named("kept-" + i).providing(List.of("vpn")));
                kept.add(keeper);
            }
            var belief = new Belief();
            scheduler.spawn("watch", () -> memory.watch(ALL, belief, Caller.SELF));
            var mortal = Endpoint.named("mortal").providing(List.of("vpn"));
            for (int second = 1; second < 60; second += 7) {
                var name = "kept-" + second % 4;
                scheduler.after(Duration.ofSeconds(second), "intruder", () -> {
                    registry.unregister(Registration.of(Endpoint.named(name)), Caller.SELF);
                    registry.register(
                            Registration.of(mortal),
                            Caller.selfUntil(scheduler.now().plus(MOST)));
                });
            }
            scheduler.after(Duration.ofMinutes(3), "leave", kept.removeLast()::close);
            scheduler.run(Duration.ofMinutes(10));

            var found = memory.find(ALL, Caller.SELF);
            assertThat(found).extracting(Endpoint::name).containsExactly("kept-0", "kept-1", "kept-2");
            assertThat(belief.ended).isEmpty();
            assertThat(belief.there.values()).containsExactlyElementsOf(found);
            assertThat(view.isWarm()).isTrue();
            assertThat(view.find(ALL, Caller.SELF)).isEqualTo(found);
        }
    }
}
