package org.nsm4j.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

@Tag("kernel")
final class PingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void an_address_of_either_family_answers_until_it_is_taken_away() {
        Netns here = namespaces.create("ping-a");
        Netns there = namespaces.create("ping-b");
        Namespaces.ip(here, "link add v type veth peer name v netns " + Namespaces.nameOf(there));
        Namespaces.ip(here, "addr add 10.0.0.1/24 dev v");
        Namespaces.ip(here, "addr add fd00::1/64 dev v nodad");
        Namespaces.ip(there, "addr add 10.0.0.2/24 dev v");
        Namespaces.ip(there, "addr add fd00::2/64 dev v nodad");
        Namespaces.ip(here, "link set v up");
        Namespaces.ip(there, "link set v up");
        for (String target : new String[] {"10.0.0.2", "fd00::2"}) {
            try (OpenNetns open = here.open();
                    Ping ping = Ping.open(open, InetAddress.ofLiteral(target))) {
                assertThat(ping.probe(PATIENCE)).as(target).isPresent();
                assertThat(ping.probe(PATIENCE)).as(target).isPresent();

                Namespaces.ip(there, "addr del " + target + (target.contains(":") ? "/64" : "/24") + " dev v");
                assertThat(ping.probe(Duration.ofMillis(200))).as(target).isEmpty();
            }
        }
    }

    @Test
    void an_address_without_a_route_is_refused_with_where_it_was_asked_from() {
        Netns here = namespaces.create("ping");
        try (OpenNetns open = here.open()) {
            assertThatThrownBy(() -> Ping.open(open, InetAddress.ofLiteral("192.0.2.1")))
                    .hasMessage("cannot ping 192.0.2.1 from netns " + here + ": ENETUNREACH (network is unreachable)");
        }
    }
}
