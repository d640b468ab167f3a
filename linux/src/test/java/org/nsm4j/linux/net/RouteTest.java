package org.nsm4j.linux.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** Routes, rules and neighbours, as {@code ip} shows them and as they are listed again. */
@Tag("kernel")
final class RouteTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void routes_of_every_shape_are_what_ip_shows_and_what_is_listed_again() {
        Netns here = namespaces.create("route");
        try (Network network = link(here)) {
            InetAddress far = InetAddress.ofLiteral("10.99.0.1");
            InetAddress far6 = InetAddress.ofLiteral("fd99::1");
            Route[] routes = {
                Route.via(far, 5, Prefix.parse("10.1.0.0/16"))
                        .onlink()
                        .table(5000)
                        .metric(7),
                Route.via(far6, 5, Prefix.parse("fd01::/64"))
                        .onlink()
                        .table(5000)
                        .metric(7),
                Route.to(Route.Type.UNREACHABLE, Prefix.everyIpv4()).table(5000),
                Route.to(Route.Type.UNREACHABLE, Prefix.everyIpv6()).table(5000),
                Route.on(5, Prefix.parse("fd02::/64")),
                Route.to(Route.Type.BLACKHOLE, Prefix.parse("10.2.0.0/16")),
                Route.on(5, Prefix.parse("10.3.0.0/24")).source(InetAddress.ofLiteral("10.0.0.1")),
                Route.via(far6, 5, Prefix.parse("10.4.0.0/24")).onlink(),
            };
            Change change = network.change();
            for (Route route : routes) {
                change.addRoute(route);
            }
            change.commit();

            assertThat(Namespaces.ip(here, "route show table 5000")).isEqualTo("""
                            unreachable default proto static\s
                            10.1.0.0/16 via 10.99.0.1 dev br proto static metric 7 onlink\s
                            """);
            assertThat(Namespaces.ip(here, "-6 route show table 5000"))
                    .startsWith("fd01::/64 via fd99::1 dev br proto static metric 7 onlink");
            assertThat(settled(Namespaces.ip(here, "route show"))).isEqualTo("""
                            10.0.0.0/24 dev br proto kernel scope link src 10.0.0.1\s
                            blackhole 10.2.0.0/16 proto static\s
                            10.3.0.0/24 dev br proto static scope link src 10.0.0.1\s
                            10.4.0.0/24 via inet6 fd99::1 dev br proto static onlink\s
                            """);
            for (Route route : routes) {
                assertThat(network.routes())
                        .as("%s", route)
                        .filteredOn(route::satisfiedBy)
                        .hasSize(1);
                assertThat(network.routes()).noneMatch(route.metric(8)::satisfiedBy);
            }

            change = network.change();
            for (Route route : routes) {
                change.deleteRoute(route);
            }
            change.commit();
            assertThat(network.routes())
                    .filteredOn(r -> r.choice().protocol() == Route.Choice.STATIC)
                    .isEmpty();
        }
    }

    @Test
    void a_route_is_replaced_and_not_doubled() {
        Netns here = namespaces.create("route");
        try (Network network = link(here)) {
            Prefix to = Prefix.parse("10.6.0.0/16");
            network.change()
                    .addRoute(Route.via(InetAddress.ofLiteral("10.0.0.2"), 5, to))
                    .replaceRoute(Route.via(InetAddress.ofLiteral("10.0.0.3"), 5, to))
                    .commit();

            assertThat(settled(Namespaces.ip(here, "route show 10.6.0.0/16")))
                    .isEqualTo("10.6.0.0/16 via 10.0.0.3 dev br proto static \n");
            assertThatThrownBy(() -> network.change()
                            .addRoute(Route.via(InetAddress.ofLiteral("10.0.0.4"), 5, to))
                            .commit())
                    .hasMessageContaining("cannot add route 10.6.0.0/16 via 10.0.0.4 dev 5")
                    .hasMessageContaining("EEXIST");
        }
    }

    @Test
    void rules_of_both_families_are_made_listed_and_deleted() {
        Netns here = namespaces.create("rule");
        try (Network network = link(here)) {
            Rule[] rules = {
                Rule.from(Prefix.parse("10.0.0.1/32"), 100, 5000),
                Rule.from(Prefix.parse("fd00::1/128"), 100, 5000),
                Rule.incoming(false, 101, "br", 5001),
                Rule.incoming(true, 101, "br", 100),
            };
            Change change = network.change();
            for (Rule rule : rules) {
                change.addRule(rule);
            }
            change.commit();

            assertThat(network.rules()).contains(rules);
            Namespaces.ip(here, "rule add fwmark 5 priority 102 lookup 5002");
            assertThat(network.rules()).noneMatch(rule -> rule.priority() == 102);
            assertThat(Namespaces.ip(here, "rule show"))
                    .contains("100:\tfrom 10.0.0.1 lookup 5000", "101:\tfrom all iif br lookup 5001");
            assertThat(Namespaces.ip(here, "-6 rule show"))
                    .contains("100:\tfrom fd00::1 lookup 5000", "101:\tfrom all iif br lookup 100");

            for (Rule rule : rules) {
                network.change().deleteRule(rule).commit();
            }
            assertThat(network.rules()).doesNotContain(rules).isNotEmpty();
        }
    }

    @Test
    void permanent_neighbours_are_set_changed_listed_and_deleted() {
        Netns here = namespaces.create("neigh");
        try (Network network = link(here)) {
            InetAddress other = InetAddress.ofLiteral("fd00::2");
            Neighbour first = Neighbour.permanent(5, other, Mac.parse("02:00:00:00:00:01"));
            Neighbour second = Neighbour.permanent(5, other, Mac.parse("02:00:00:00:00:02"));

            network.change().setNeighbour(first).setNeighbour(second).commit();

            assertThat(network.neighbours()).contains(second).doesNotContain(first);
            network.change().deleteNeighbour(second).commit();
            assertThat(network.neighbours()).doesNotContain(second);
        }
    }

    @Test
    void an_address_with_a_peer_is_listed_again_and_deleted() {
        Netns here = namespaces.create("addr");
        try (Network network = link(here)) {
            Address address =
                    new Address(5, Prefix.parse("10.8.0.1/32"), InetAddress.ofLiteral("10.8.0.2"), Scope.GLOBAL, true);

            network.change().addAddress(address).commit();

            assertThat(Namespaces.ip(here, "-4 -o addr show br")).contains("inet 10.8.0.1 peer 10.8.0.2/32");
            assertThat(network.addresses()).contains(address);
            network.change().deleteAddress(address).commit();
            assertThat(network.addresses()).doesNotContain(address);
        }
    }

    /** A bridge without ports loses its carrier some time after it was switched on, which ip shows as linkdown. */
    private static String settled(String routes) {
        return routes.replace(" linkdown", "");
    }

    private static Network link(Netns netns) {
        Network network = Network.open(netns);
        network.change()
                .addLink(NewLink.bridge(LinkSettings.named("br").index(5).up(true)))
                .addAddress(Address.of(5, Prefix.parse("10.0.0.1/24")))
                .addAddress(Address.of(5, Prefix.parse("fd00::1/64")))
                .commit();
        return network;
    }
}
