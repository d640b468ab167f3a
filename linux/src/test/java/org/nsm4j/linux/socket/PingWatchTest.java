package org.nsm4j.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Namespaces;

@Tag("kernel")
final class PingWatchTest {
    private static final PingWatch.Rhythm QUICK = new PingWatch.Rhythm(() -> Duration.ofMillis(50), 3);

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final class Notes implements PingWatch.Listener {
        @Override
        public void lost(Instant lastAnswer) {
            told.add("lost");
        }

        @Override
        public void back() {
            told.add("back");
        }
    }

    @Test
    void tells_when_a_host_that_answered_does_not_any_more_and_when_it_does_again() throws InterruptedException {
        var here = namespaces.create("pings-a");
        var there = namespaces.create("pings-b");
        Namespaces.ip(here, "link add v type veth peer name v netns " + Namespaces.nameOf(there));
        Namespaces.ip(here, "addr add 10.0.0.1/24 dev v");
        Namespaces.ip(here, "link set v up");
        Namespaces.ip(there, "link set v up");
        try (var netns = here.open();
                PingWatch _ = PingWatch.start(netns, InetAddress.ofLiteral("10.0.0.2"), QUICK, new Notes())) {
            assertThat(told.poll(1, TimeUnit.SECONDS)).as("it never answered").isNull();
            Namespaces.ip(there, "addr add 10.0.0.2/24 dev v");
            // succeeds with the first answer, which may take a while; nothing is told of it
            Namespaces.inside(here, "ping -n -c 8 -i 0.3 -W 2 10.0.0.2");
            assertThat(told.poll(500, TimeUnit.MILLISECONDS)).isNull();
            Namespaces.ip(there, "addr del 10.0.0.2/24 dev v");
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("lost");
            Namespaces.ip(there, "addr add 10.0.0.2/24 dev v");
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("back");
        }
    }
}
