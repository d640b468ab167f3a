package org.nsm4j.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.NetworkService.Destination;
import org.nsm4j.core.model.NetworkService.Match;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;

class MemoryRegistryTest {
    private final StepScheduler scheduler = new StepScheduler();
    private final MemoryRegistry<Endpoint> endpoints = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
    private final StepScheduler.Heard<Endpoint> heard = new StepScheduler.Heard<>(Kind.ENDPOINT);

    private static final Endpoint GATEWAY = Endpoint.named("gw-1")
            .providing(List.of("vpn", "dns"))
            .withLabels(Map.of("vpn", Map.of("app", "gateway", "zone", "a"), "dns", Map.of()))
            .at("tcp://10.0.0.1:5001");

    private void register(Endpoint endpoint) {
        endpoints.register(Registration.of(endpoint), Caller.SELF);
    }

    private List<String> found(Endpoint query) {
        return endpoints.find(query, Caller.SELF).stream().map(Endpoint::name).toList();
    }

    @Test
    void finds_an_endpoint_by_its_exact_name_only() {
        register(GATEWAY);
        assertThat(found(Endpoint.named("gw-1"))).containsExactly("gw-1");
        assertThat(found(Endpoint.named("gw"))).isEmpty();
        assertThat(found(Endpoint.named(""))).containsExactly("gw-1");
    }

    @Test
    void finds_an_endpoint_that_provides_all_services_asked_for() {
        register(GATEWAY);
        var any = Endpoint.named("");
        assertThat(found(any.providing(List.of("dns")))).containsExactly("gw-1");
        assertThat(found(any.providing(List.of("dns", "vpn")))).containsExactly("gw-1");
        assertThat(found(any.providing(List.of("dns", "mail")))).isEmpty();
    }

    @Test
    void finds_an_endpoint_whose_labels_contain_those_asked_for() {
        register(GATEWAY);
        var any = Endpoint.named("");
        assertThat(found(any.withLabels(Map.of("vpn", Map.of("app", "gateway")))))
                .containsExactly("gw-1");
        assertThat(found(any.withLabels(Map.of("vpn", Map.of("app", "other"))))).isEmpty();
        assertThat(found(any.withLabels(Map.of("dns", Map.of())))).containsExactly("gw-1");
        assertThat(found(any.withLabels(Map.of("mail", Map.of())))).isEmpty();
    }

    @Test
    void finds_an_endpoint_by_a_part_of_its_url_and_by_the_second_in_which_it_ends() {
        register(GATEWAY.until(StepScheduler.START.plusMillis(60_700)));
        var any = Endpoint.named("");
        assertThat(found(any.at("10.0.0.1"))).containsExactly("gw-1");
        assertThat(found(any.at("10.0.0.2"))).isEmpty();
        assertThat(found(any.until(StepScheduler.START.plusMillis(60_100)))).containsExactly("gw-1");
        assertThat(found(any.until(StepScheduler.START.plusMillis(61_000)))).isEmpty();
    }

    @Test
    void does_not_find_an_endpoint_that_has_ended_or_left_a_service() {
        register(GATEWAY.until(StepScheduler.START.plusSeconds(60)));
        register(GATEWAY.until(StepScheduler.START.plusSeconds(60)).providing(List.of("vpn")));
        assertThat(found(Endpoint.named("").providing(List.of("dns")))).isEmpty();
        scheduler.pass(Duration.ofSeconds(60));
        assertThat(found(Endpoint.named("").providing(List.of("vpn")))).isEmpty();
    }

    @Test
    void matches_services_by_payload_and_by_the_whole_list_of_rules() {
        var services = new MemoryRegistry<>(Kind.SERVICE, scheduler);
        var rule = new Match(Map.of("a", "b"), List.of(new Destination(Map.of("c", "d"), 3)), false, null);
        var service = new NetworkService(
                "vpn",
                Payload.IP,
                List.of(rule),
                List.of(),
                NetworkService.named("").unknown());
        services.register(Registration.of(service), Caller.SELF);
        var any = NetworkService.named("");
        assertThat(services.find(any.withPayload(Payload.IP), Caller.SELF)).containsExactly(service);
        assertThat(services.find(any.withPayload(Payload.ETHERNET), Caller.SELF))
                .isEmpty();
        assertThat(services.find(with(any, List.of(rule)), Caller.SELF)).containsExactly(service);
        assertThat(services.find(with(any, List.of(rule, rule)), Caller.SELF)).isEmpty();
    }

    private static NetworkService with(NetworkService service, List<Match> matches) {
        return new NetworkService(service.name(), service.payload(), matches, service.pathIds(), service.unknown());
    }

    @Test
    void tells_a_watcher_what_exists_and_then_every_change_that_fits() {
        register(GATEWAY);
        endpoints.watch(Endpoint.named("").providing(List.of("vpn")), heard, Caller.SELF);
        register(GATEWAY);
        register(Endpoint.named("other").providing(List.of("mail")));
        endpoints.unregister(Registration.of(Endpoint.named("gw-1")), Caller.SELF);
        endpoints.unregister(Registration.of(Endpoint.named("gw-1")), Caller.SELF);
        scheduler.settle();
        assertThat(heard.news).containsExactly("+gw-1", "+gw-1", "-gw-1");
        assertThat(heard.items.getLast()).isEqualTo(GATEWAY);
    }

    @Test
    void tells_a_closed_watch_nothing() {
        var watch = endpoints.watch(Endpoint.named("gw-1"), heard, Caller.SELF);
        register(GATEWAY);
        watch.close();
        register(GATEWAY);
        scheduler.settle();
        assertThat(heard.news).isEmpty();
    }

    @Test
    void ends_a_watcher_that_falls_too_far_behind_and_lets_it_open_again() {
        endpoints.watch(Endpoint.named(""), heard, Caller.SELF);
        for (int i = 0; i <= MemoryRegistry.MOST_BEHIND; i++) {
            register(GATEWAY);
        }
        scheduler.settle();
        assertThat(heard.news).containsExactly("ended UNAVAILABLE");
        endpoints.watch(Endpoint.named(""), heard, Caller.SELF);
        scheduler.settle();
        assertThat(heard.news).containsExactly("ended UNAVAILABLE", "+gw-1");
    }

    @Test
    void what_exists_when_a_watch_opens_counts_as_one_change_however_much_it_is() {
        for (int i = 0; i < 2 * MemoryRegistry.MOST_BEHIND; i++) {
            register(GATEWAY.withName("gw-" + i));
        }
        endpoints.watch(Endpoint.named(""), heard, Caller.SELF);
        scheduler.settle();
        assertThat(heard.news).hasSize(2 * MemoryRegistry.MOST_BEHIND);
    }

    @Test
    void refuses_an_endpoint_without_a_name() {
        assertThatThrownBy(() -> register(GATEWAY.withName("")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("endpoint name: \"\"");
    }

    @Test
    void shows_nothing_that_its_journal_refused_to_keep() {
        var full = new Journal<Endpoint>() {
            boolean refuses;

            @Override
            public List<Endpoint> load() {
                return List.of();
            }

            @Override
            public void put(Endpoint item) {
                refuse();
            }

            @Override
            public void remove(String name) {
                refuse();
            }

            private void refuse() {
                if (refuses) {
                    throw new Refused(Refused.Reason.NO_CAPACITY, "disk full");
                }
            }
        };
        var registry = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, full);
        registry.register(Registration.of(GATEWAY), Caller.SELF);
        registry.watch(Endpoint.named(""), heard, Caller.SELF);
        scheduler.settle();
        full.refuses = true;
        assertThatThrownBy(() -> registry.register(Registration.of(GATEWAY.at("tcp://[::1]:1")), Caller.SELF))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> registry.unregister(Registration.of(GATEWAY), Caller.SELF))
                .isInstanceOf(Refused.class);
        scheduler.settle();
        assertThat(registry.find(Endpoint.named(""), Caller.SELF)).containsExactly(GATEWAY);
        assertThat(heard.news).containsExactly("+gw-1");
    }

    @Test
    void tells_a_watcher_of_all_that_many_tasks_register_while_it_opens_without_gap_or_disorder() throws Exception {
        try (var live = new LiveScheduler()) {
            var registry = new MemoryRegistry<>(Kind.ENDPOINT, live);
            int tasks = 8;
            int rounds = 100;
            var last = new CountDownLatch(tasks);
            var told = new ConcurrentLinkedQueue<Endpoint>();
            for (int task = 0; task < tasks; task++) {
                var name = "gw-" + task;
                live.spawn(name, () -> {
                    for (int round = 1; round <= rounds; round++) {
                        registry.register(
                                Registration.of(GATEWAY.withName(name).at("tcp://10.0.0.1:" + round)), Caller.SELF);
                    }
                });
            }
            registry.watch(
                    Endpoint.named(""),
                    new Registry.Listener<>() {
                        @Override
                        public void changed(Registry.Change<Endpoint> change) {
                            told.add(change.item());
                            if (change.item().url().endsWith(":" + rounds)) {
                                last.countDown();
                            }
                        }

                        @Override
                        public void ended(Refused reason) {}
                    },
                    Caller.SELF);
            last.await();
            for (int task = 0; task < tasks; task++) {
                var ports = new ArrayList<Integer>();
                for (var each : told) {
                    if (each.name().equals("gw-" + task)) {
                        ports.add(Integer.parseInt(each.url().substring("tcp://10.0.0.1:".length())));
                    }
                }
                assertThat(ports).isSorted();
                assertThat(ports.getLast() - ports.getFirst() + 1).isEqualTo(ports.size());
            }
        }
    }
}
