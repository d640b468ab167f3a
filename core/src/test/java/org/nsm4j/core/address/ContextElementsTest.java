package org.nsm4j.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.select.NodeLabels;
import org.nsm4j.core.select.RequirePayload;

class ContextElementsTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private Connection sent = connection("none");
    private UnaryOperator<Connection> far = UnaryOperator.identity();

    private Chain chain(Element element) {
        return Chain.through(new ConnectionTable(scheduler), element).to((call, rest) -> {
            sent = call.connection();
            return far.apply(call.connection());
        });
    }

    private static Connection connection(String id) {
        return Connection.to("vpn").withId(new ConnectionId(id));
    }

    private static Connection ask(Chain chain, Connection connection) {
        return chain.request(new Request(connection, List.of()), Caller.SELF);
    }

    private static List<Cidr> cidrs(String... texts) {
        return List.of(texts).stream().map(Cidr::parse).toList();
    }

    private static UnaryOperator<Connection> using(String src, String dst) {
        return connection ->
                connection.withContext(context -> context.withIp(context.ip().withAddresses(cidrs(src), cidrs(dst))));
    }

    @Test
    void excludes_the_configured_prefixes_merged_and_once() {
        var configured = new AtomicReference<>(cidrs("10.0.0.0/25", "10.0.0.128/25"));
        var chain = chain(new ExcludePrefixes(configured::get));
        var answer = ask(chain, connection("a"));
        assertThat(answer.context().ip().excluded()).isEqualTo(cidrs("10.0.0.0/24"));
        assertThat(ask(chain, answer)).isEqualTo(answer);
        configured.set(cidrs("10.1.0.0/16"));
        assertThat(ask(chain, answer).context().ip().excluded()).isEqualTo(cidrs("10.0.0.0/24", "10.1.0.0/16"));
    }

    @Test
    void keeps_the_addresses_of_a_clients_connections_apart() {
        var chain = chain(new ExcludeOwnPrefixes(List.of()));
        far = using("10.0.0.1/24", "10.0.0.0/32");
        var first = ask(chain, connection("a"));
        assertThat(first.context().ip().excluded()).isEmpty();
        far = using("10.0.0.3/32", "10.0.0.2/32");
        var second = ask(chain, connection("b"));
        assertThat(sent.context().ip().excluded()).isEqualTo(cidrs("10.0.0.0/32", "10.0.0.1/32"));
        assertThat(second.context().ip().excluded()).isEmpty();
        far = using("10.0.0.1/24", "10.0.0.0/32");
        ask(chain, first);
        assertThat(sent.context().ip().excluded()).isEqualTo(cidrs("10.0.0.2/32", "10.0.0.3/32"));
        chain.close(second, Caller.SELF);
        ask(chain, first);
        assertThat(sent.context().ip().excluded()).isEmpty();
    }

    @Test
    void refuses_an_endpoint_that_hands_out_what_another_connection_uses() {
        var chain = chain(new ExcludeOwnPrefixes(List.of()));
        far = using("10.0.0.1/32", "10.0.0.0/32");
        ask(chain, connection("a"));
        assertThatThrownBy(() -> ask(chain, connection("b")))
                .hasMessageContaining("address: 10.0.0.1/32")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.CONFLICT);
    }

    @Test
    void lets_services_that_know_of_one_another_share_addresses() {
        var aware = List.of(List.of(ConnectUrl.parse("kernel://red"), ConnectUrl.parse("kernel://blue?tier=a")));
        var chain = chain(new ExcludeOwnPrefixes(aware));
        far = using("10.0.0.1/32", "10.0.0.0/32");
        chain.request(request("a", "kernel://red"), Caller.SELF);
        chain.request(request("b", "kernel://blue?tier=a"), Caller.SELF);
        assertThatThrownBy(() -> chain.request(request("c", "kernel://blue"), Caller.SELF))
                .hasMessageContaining("address: 10.0.0.1/32");
    }

    private static Request request(String id, String url) {
        return ConnectUrl.parse(url).request().with(connection -> connection.withId(new ConnectionId(id)));
    }

    @Test
    void adds_its_name_servers_once_and_keeps_those_of_others() {
        var own = new Context.Dns(List.of(Cidr.parseAddress("10.9.0.53")), List.of("corp.example"));
        var other = new Context.Dns(List.of(Cidr.parseAddress("10.8.0.53")), List.of());
        var chain = chain(new ServeDns(() -> List.of(own)));
        var answer = ask(chain, connection("a").withContext(context -> context.withDns(List.of(other))));
        assertThat(answer.context().dns()).containsExactly(other, own);
        assertThat(ask(chain, answer)).isEqualTo(answer);
    }

    @Test
    void lowers_the_mtu_both_ways_and_never_raises_it() {
        var chain = chain(new LimitMtu(1450));
        assertThat(ask(chain, connection("a")).context().mtu()).isEqualTo(1450);
        assertThat(ask(chain, connection("b").withContext(context -> context.withMtu(1400)))
                        .context()
                        .mtu())
                .isEqualTo(1400);
        far = connection -> connection.withContext(context -> context.withMtu(9000));
        assertThat(ask(chain, connection("c")).context().mtu()).isEqualTo(1450);
        assertThat(sent.context().mtu()).isEqualTo(1450);
        assertThatThrownBy(() -> new LimitMtu(576)).hasMessage("MTU: 576 (expected: 1280–65535)");
    }

    @Test
    void refuses_the_wrong_payload_and_fills_in_a_missing_one() {
        var chain = chain(new RequirePayload(Payload.IP));
        assertThat(ask(chain, connection("a")).payload()).isEqualTo(Payload.IP);
        assertThatThrownBy(() -> ask(chain, connection("b").withPayload(Payload.ETHERNET)))
                .hasMessage("payload: ETHERNET (expected: IP, which service vpn carries)");
    }

    @Test
    void adds_the_nodes_labels_where_the_client_did_not() {
        var chain = chain(new NodeLabels(Map.of("nodeName", "n1", "podName", "p1", "clusterName", "")));
        assertThat(ask(chain, connection("a").withLabels(Map.of("podName", "mine")))
                        .labels())
                .isEqualTo(Map.of("nodeName", "n1", "podName", "mine"));
    }
}
