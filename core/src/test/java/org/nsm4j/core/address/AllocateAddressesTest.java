package org.nsm4j.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.address.AllocateAddresses.Foreign;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;

class AllocateAddressesTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final AtomicBoolean broken = new AtomicBoolean();

    private Chain chain(String prefixes, Foreign foreign) {
        var allocate = new AllocateAddresses(PrefixGroups.parse(prefixes), foreign, "vpn", scheduler);
        return Chain.through(new ConnectionTable(scheduler), allocate).to(new Element() {
            @Override
            public Connection request(Call call, Rest rest) {
                if (broken.get()) {
                    throw new Refused(Refused.Reason.INTERNAL, "broken");
                }
                return call.connection();
            }

            @Override
            public void close(Call call, Rest rest) {}
        });
    }

    private Chain chain(String prefixes) {
        return chain(prefixes, Foreign.KEPT);
    }

    private static Connection connection(String id) {
        return Connection.to("vpn").withId(new ConnectionId(id));
    }

    private static Connection ask(Chain chain, Connection connection) {
        return chain.request(new Request(connection, List.of()), Caller.SELF);
    }

    private static String addresses(Connection connection) {
        var ip = connection.context().ip();
        return "src %s dst %s".formatted(ip.srcAddresses(), ip.dstAddresses());
    }

    private static Connection excluding(Connection connection, String... prefixes) {
        var excluded = List.of(prefixes).stream().map(Cidr::parse).toList();
        return connection.withContext(context -> context.withIp(context.ip().withExcluded(excluded)));
    }

    private static Connection bringing(Connection connection, String src, String dst) {
        return connection.withContext(context ->
                context.withIp(context.ip().withAddresses(List.of(Cidr.parse(src)), List.of(Cidr.parse(dst)))));
    }

    @Test
    void gives_the_two_lowest_addresses_and_routes_to_each_other() {
        var answer = ask(chain("192.168.0.0/16"), connection("a"));
        assertThat(addresses(answer)).isEqualTo("src [192.168.0.1/32] dst [192.168.0.0/32]");
        assertThat(answer.context().ip().srcRoutes()).containsExactly(Context.Route.to(Cidr.parse("192.168.0.0/32")));
        assertThat(answer.context().ip().dstRoutes()).containsExactly(Context.Route.to(Cidr.parse("192.168.0.1/32")));
    }

    @Test
    void gives_what_was_closed_to_the_next() {
        var chain = chain("192.168.0.0/16");
        var first = ask(chain, connection("a"));
        assertThat(addresses(ask(chain, connection("b")))).isEqualTo("src [192.168.0.3/32] dst [192.168.0.2/32]");
        chain.close(first, Caller.SELF);
        assertThat(addresses(ask(chain, connection("c")))).isEqualTo("src [192.168.0.1/32] dst [192.168.0.0/32]");
    }

    @Test
    void serves_one_connection_out_of_a_31_and_says_what_is_in_use() {
        var chain = chain("10.0.0.0/31");
        ask(chain, connection("a"));
        assertThatThrownBy(() -> ask(chain, connection("b")))
                .hasMessage("prefix: 10.0.0.0/31 (expected: two free addresses; 2 of 2 in use by service vpn)")
                .extracting(e -> ((Refused) e).reason())
                .isEqualTo(Refused.Reason.NO_ADDRESS);
    }

    @Test
    void never_hands_out_what_the_request_excludes() {
        var chain = chain("192.168.3.4/16");
        String[] excluded = {"192.168.0.1/32", "192.168.0.3/32", "192.168.0.6/32"};
        assertThat(addresses(ask(chain, excluding(connection("a"), excluded))))
                .isEqualTo("src [192.168.0.2/32] dst [192.168.0.0/32]");
        assertThat(addresses(ask(chain, excluding(connection("b"), excluded))))
                .isEqualTo("src [192.168.0.5/32] dst [192.168.0.4/32]");
        assertThat(addresses(ask(chain, excluding(connection("c"), excluded))))
                .isEqualTo("src [192.168.0.8/32] dst [192.168.0.7/32]");
    }

    @Test
    void refuses_when_everything_is_excluded() {
        assertThatThrownBy(() -> ask(chain("10.0.0.0/30"), excluding(connection("a"), "10.0.0.0/30")))
                .hasMessageContaining("0 of 4 in use by service vpn, and the request excludes 1 prefixes");
    }

    @Test
    void keeps_the_pair_on_a_refresh() {
        var chain = chain("192.168.0.0/16");
        var first = ask(chain, connection("a"));
        assertThat(ask(chain, first)).isEqualTo(first);
    }

    @Test
    void moves_a_connection_whose_pair_is_excluded_by_now() {
        var chain = chain("192.168.0.0/16");
        var first = ask(chain, connection("a"));
        var second = ask(chain, excluding(first, "192.168.0.1/30"));
        assertThat(addresses(second)).isEqualTo("src [192.168.0.5/32] dst [192.168.0.4/32]");
        assertThat(second.context().ip().srcRoutes()).containsExactly(Context.Route.to(Cidr.parse("192.168.0.4/32")));
        assertThat(addresses(ask(chain, connection("b")))).isEqualTo("src [192.168.0.1/32] dst [192.168.0.0/32]");
    }

    @Test
    void frees_a_new_pair_when_the_rest_refuses_but_never_an_old_one() {
        var chain = chain("10.0.0.0/30");
        var first = ask(chain, connection("a"));
        broken.set(true);
        assertThatThrownBy(() -> ask(chain, connection("b"))).hasMessage("broken");
        assertThatThrownBy(() -> ask(chain, excluding(first, "10.0.0.0/31"))).hasMessage("broken");
        broken.set(false);
        assertThat(ask(chain, first)).isEqualTo(first);
        assertThat(addresses(ask(chain, connection("b")))).isEqualTo("src [10.0.0.3/32] dst [10.0.0.2/32]");
    }

    @Test
    void gives_one_pair_of_each_group_and_uses_a_groups_next_prefix_when_one_is_full() {
        var chain = chain("[10.0.0.0/31, 10.0.1.0/31], fd00::/64");
        assertThat(addresses(ask(chain, connection("a"))))
                .isEqualTo("src [10.0.0.1/32, fd00::1/128] dst [10.0.0.0/32, fd00::/128]");
        assertThat(addresses(ask(chain, connection("b"))))
                .isEqualTo("src [10.0.1.1/32, fd00::3/128] dst [10.0.1.0/32, fd00::2/128]");
    }

    @Test
    void returns_every_group_when_one_of_them_is_full() {
        var chain = chain("10.0.0.0/24, fd00::/127");
        var first = ask(chain, connection("a"));
        assertThatThrownBy(() -> ask(chain, connection("b"))).hasMessageContaining("fd00::/127");
        chain.close(first, Caller.SELF);
        assertThat(addresses(ask(chain, connection("c")))).isEqualTo(addresses(first));
    }

    @Test
    void moves_only_the_pair_that_is_excluded_and_returns_both_on_a_close() {
        var chain = chain("10.0.0.0/31, fd00::/126");
        var first = ask(chain, connection("a"));
        var moved = ask(chain, excluding(first, "fd00::/127"));
        assertThat(addresses(moved)).isEqualTo("src [10.0.0.1/32, fd00::3/128] dst [10.0.0.0/32, fd00::2/128]");
        chain.close(moved, Caller.SELF);
        assertThat(addresses(ask(chain, connection("b")))).isEqualTo(addresses(first));
    }

    @Test
    void gives_a_connection_that_it_forgot_the_addresses_that_it_brings() {
        var chain = chain("192.168.0.0/16");
        var back = bringing(connection("a"), "192.168.7.7/32", "192.168.7.6/32");
        assertThat(addresses(ask(chain, back))).isEqualTo("src [192.168.7.7/32] dst [192.168.7.6/32]");
    }

    @Test
    void takes_addresses_of_ours_that_another_connection_has_out_of_a_request() {
        var chain = chain("192.168.0.0/16");
        var first = ask(chain, connection("a"));
        var second = ask(chain, first.withId(new ConnectionId("b")));
        assertThat(addresses(second)).isEqualTo("src [192.168.0.3/32] dst [192.168.0.2/32]");
        assertThat(second.context().ip().dstRoutes()).containsExactly(Context.Route.to(Cidr.parse("192.168.0.3/32")));
    }

    @Test
    void keeps_addresses_from_elsewhere_or_removes_them_as_configured() {
        var from = bringing(connection("a"), "172.16.1.1/32", "172.16.1.0/32")
                .withContext(context -> context.withIp(context.ip()
                        .withRoutes(
                                List.of(Context.Route.to(Cidr.parse("172.16.1.0/32"))),
                                List.of(Context.Route.to(Cidr.parse("172.16.1.1/32"))))));
        assertThat(addresses(ask(chain("172.16.2.0/24", Foreign.KEPT), from)))
                .isEqualTo("src [172.16.1.1/32, 172.16.2.1/32] dst [172.16.1.0/32, 172.16.2.0/32]");
        var strict = ask(chain("172.16.2.0/24", Foreign.REMOVED), from);
        assertThat(addresses(strict)).isEqualTo("src [172.16.2.1/32] dst [172.16.2.0/32]");
        assertThat(strict.context().ip().srcRoutes()).containsExactly(Context.Route.to(Cidr.parse("172.16.2.0/32")));
        assertThat(strict.context().ip().dstRoutes()).containsExactly(Context.Route.to(Cidr.parse("172.16.2.1/32")));
    }

    @Test
    void refuses_prefixes_that_overlap_or_are_none() {
        assertThatThrownBy(() -> PrefixGroups.parse("10.0.0.0/8,10.1.0.0/16"))
                .hasMessage("prefix: 10.1.0.0/16 overlaps 10.0.0.0/8 (expected: prefixes that share no address)");
        assertThatThrownBy(() -> PrefixGroups.parse("")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> PrefixGroups.parse("[10.0.0.0/8")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> PrefixGroups.parse("10.0.0.0/8]")).isInstanceOf(Refused.class);
        assertThat(PrefixGroups.parse("[10.0.0.0/8]").groups()).hasSize(1);
    }
}
