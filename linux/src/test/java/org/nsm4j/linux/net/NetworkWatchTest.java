package org.nsm4j.linux.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.NamedNetns;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

@Tag("kernel")
final class NetworkWatchTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final BlockingQueue<NetworkEvent> events = new LinkedBlockingQueue<>();

    @Test
    void tells_of_links_addresses_and_routes_that_come_and_go() throws InterruptedException {
        Netns here = namespaces.create("watch");
        try (OpenNetns open = here.open();
                NetworkWatch _ = NetworkWatch.start(open, events::add)) {
            Namespaces.ip(here, "link add br0 type bridge");
            Namespaces.ip(here, "link set br0 up");
            Namespaces.ip(here, "addr add 10.0.0.1/24 dev br0");
            Namespaces.ip(here, "route add 10.1.0.0/24 dev br0");
            Namespaces.ip(here, "route del 10.1.0.0/24 dev br0");
            Namespaces.ip(here, "link del br0");

            await(e -> e instanceof NetworkEvent.LinkChanged(var nsid, var link)
                    && nsid == NetworkEvent.OWN
                    && link.name().equals("br0"));
            await(e -> e instanceof NetworkEvent.AddressChanged changed
                    && changed.address().toString().equals("10.0.0.1/24"));
            await(e -> e instanceof NetworkEvent.RouteChanged changed
                    && changed.route().destination().toString().equals("10.1.0.0/24"));
            await(e -> e instanceof NetworkEvent.RouteGone gone
                    && gone.route().destination().toString().equals("10.1.0.0/24"));
            await(e -> e instanceof NetworkEvent.LinkGone gone
                    && gone.link().name().equals("br0"));
        }
    }

    @Test
    void tells_of_other_namespaces_by_nsid_and_of_their_end() throws InterruptedException {
        Netns here = namespaces.create("watch");
        Netns there = namespaces.create("watch");
        try (OpenNetns open = here.open();
                Network network = Network.open(open);
                NetworkWatch _ = NetworkWatch.start(open, events::add)) {
            int nsid;
            try (OpenNetns other = there.open()) {
                nsid = network.assignNsid(other);
            }

            Namespaces.ip(there, "link add far type bridge");
            await(e -> e instanceof NetworkEvent.LinkChanged(var at, var link)
                    && at == nsid
                    && link.name().equals("far"));

            NamedNetns.delete(Namespaces.nameOf(there));
            await(e -> e instanceof NetworkEvent.NamespaceGone(var at) && at == nsid);
            assertThat(network.nsids()).isEmpty();
        }
    }

    @Test
    void closing_ends_the_watch_and_lets_the_namespace_go() throws InterruptedException {
        Netns here = namespaces.create("watch");
        Netns there = namespaces.create("watch");
        try (OpenNetns open = here.open();
                Network network = Network.open(open);
                NetworkWatch _ = NetworkWatch.start(open, events::add)) {
            int nsid;
            NetworkWatch watch;
            try (OpenNetns other = there.open()) {
                nsid = network.assignNsid(other);
                watch = NetworkWatch.start(other, _ -> {});
            }
            NamedNetns.delete(Namespaces.nameOf(there));
            assertThat(network.nsids()).contains(nsid);

            watch.close();

            await(e -> e instanceof NetworkEvent.NamespaceGone(var at) && at == nsid);
        }
    }

    private void await(Predicate<NetworkEvent> expected) throws InterruptedException {
        NetworkEvent event;
        do {
            event = events.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("an event before the patience of 30 s is over").isNotNull();
        } while (!expected.test(event));
    }
}
