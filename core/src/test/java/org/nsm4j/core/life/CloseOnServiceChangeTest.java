package org.nsm4j.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ListRegistry;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.NetworkService.Destination;
import org.nsm4j.core.model.NetworkService.Match;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Request;

class CloseOnServiceChangeTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ListRegistry<NetworkService> services =
            ListRegistry.ofServices(NetworkService.named("vpn"), NetworkService.named("vpn-2"));
    private final ListRegistry<Endpoint> endpoints = ListRegistry.ofEndpoints(
            Endpoint.named("red").providing(List.of("vpn")).withLabels(Map.of("vpn", Map.of("color", "red"))));
    private final ConnectionTable table = new ConnectionTable(scheduler);
    private final CloseOnServiceChange element = new CloseOnServiceChange(services, endpoints, table, scheduler);
    private final List<String> closed = new ArrayList<>();
    private final Chain chain = Chain.through(table, element).to(new Element() {
        @Override
        public Connection request(Call call, Rest rest) {
            return call.connection().withEndpoint("red");
        }

        @Override
        public void close(Call call, Rest rest) {
            closed.add(call.id().value());
        }
    });

    private static NetworkService wanting(String name, String color) {
        var rule = new Match(Map.of(), List.of(new Destination(Map.of("color", color), 1)), false, null);
        return new NetworkService(name, Payload.IP, List.of(rule), List.of(), Opaque.NONE);
    }

    private Connection ask(String id) {
        var asked = new Request(Connection.to("vpn").withId(new ConnectionId(id)), List.of());
        var answer = chain.request(asked, Caller.SELF);
        scheduler.settle();
        return answer;
    }

    @Test
    void closes_what_does_not_fit_the_changed_rules() {
        ask("a");
        ask("b");
        services.add(wanting("vpn", "red"));
        scheduler.settle();
        assertThat(closed).isEmpty();
        services.add(wanting("vpn", "blue"));
        scheduler.settle();
        assertThat(closed).containsExactlyInAnyOrder("a", "b");
        assertThat(services.watchers()).isZero();
    }

    @Test
    void leaves_connections_alone_when_a_similarly_named_service_changes_or_the_endpoint_is_unknown() {
        ask("a");
        services.add(wanting("vpn-2", "blue"));
        scheduler.settle();
        endpoints.clear();
        services.add(wanting("vpn", "blue"));
        scheduler.settle();
        assertThat(closed).isEmpty();
    }

    @Test
    void shares_one_watch_and_ends_it_with_the_last_connection() {
        var first = ask("a");
        var second = ask("b");
        ask("a");
        assertThat(services.watchers()).isEqualTo(1);
        chain.close(first, Caller.SELF);
        chain.close(second, Caller.SELF);
        assertThat(services.watchers()).isZero();
        assertThat(element.watches()).isZero();
    }

    @Test
    void watches_again_once_the_registry_is_back() {
        services.setDown(true);
        ask("a");
        scheduler.pass(Duration.ofSeconds(5));
        services.setDown(false);
        services.add(wanting("vpn", "blue"));
        scheduler.pass(Duration.ofSeconds(10));
        assertThat(closed).containsExactly("a");
    }
}
