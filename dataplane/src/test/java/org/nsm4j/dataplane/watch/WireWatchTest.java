package org.nsm4j.dataplane.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.dataplane.wire.End;
import org.nsm4j.dataplane.wire.KernelPlumbing;
import org.nsm4j.dataplane.wire.LinkState;
import org.nsm4j.dataplane.wire.Node;
import org.nsm4j.dataplane.wire.Owner;
import org.nsm4j.dataplane.wire.PeerGuard;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Reaper;
import org.nsm4j.dataplane.wire.Wire;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

@Tag("kernel")
final class WireWatchTest {
    private static final ConnectionId ID = new ConnectionId("c1");

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final LiveScheduler scheduler = new LiveScheduler();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private Node node;
    private Reaper reaper;
    private KernelPlumbing plumbing;
    private WireWatch watch;
    private Netns app;
    private Netns vpn;

    @BeforeEach
    void start() {
        node = Node.open(namespaces.create("watch-node"));
        reaper = new Reaper(node, scheduler);
        plumbing = new KernelPlumbing(node, null, PeerGuard.OPEN, reaper);
        app = namespaces.create("watch-app");
        vpn = namespaces.create("watch-vpn");
        var peers = new PeerWatch(node.netns(), scheduler);
        watch = new WireWatch(node.netns(), new LinkState(node), peers, scheduler, this::tell);
    }

    private void tell(ConnectionId id, WireReport.Lost lost) {
        told.add(id + " " + lost.loss() + " " + lost.text());
    }

    @AfterEach
    void stop() {
        watch.close();
        reaper.close();
        scheduler.close();
        node.close();
    }

    private static Wire wire(String id, Netns client, Netns endpoint) {
        return new Wire.Local(
                new Owner("node-a", new ConnectionId(id), 1),
                end(client, "10.1.0.1/32", "10.1.0.2/32"),
                end(endpoint, "10.1.0.2/32", "10.1.0.1/32"));
    }

    private static End end(Netns netns, String own, String other) {
        var addresses = List.of(Cidr.parse(own));
        var routes = List.of(new End.Hopped(Cidr.parse(other), null));
        return new End(new Place(netns.path()), "nsm-1", "", 1400, addresses, routes, List.of(), false);
    }

    private void assertNothingIsTold() throws InterruptedException {
        assertThat(told.poll(300, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void tells_of_an_interface_that_somebody_deletes() throws InterruptedException {
        watch.watch(ID, plumbing.plug(wire("c1", app, vpn)));
        assertNothingIsTold();
        Namespaces.ip(vpn, "link del nsm-1");
        assertThat(told.poll(10, TimeUnit.SECONDS)).startsWith("c1 LINK an interface is gone");
    }

    @Test
    void tells_once_of_an_interface_that_somebody_switches_off_and_anew_after_it_was_asked_for_again()
            throws InterruptedException {
        var plugged = plumbing.plug(wire("c1", app, vpn));
        var watched = watch.watch(ID, plugged);
        Namespaces.ip(app, "link set nsm-1 down");
        assertThat(told.poll(10, TimeUnit.SECONDS)).startsWith("c1 LINK interface nsm-1 ");
        assertNothingIsTold();
        plugged.change(plugged.wire());
        assertThat(watched.goesOn(plugged)).isTrue();
        assertNothingIsTold();
        Namespaces.ip(app, "link set nsm-1 down");
        assertThat(told.poll(10, TimeUnit.SECONDS)).startsWith("c1 LINK interface nsm-1 ");
    }

    @Test
    void tells_of_an_address_and_a_route_that_somebody_takes_away_but_not_of_our_own_changes()
            throws InterruptedException {
        var plugged = plumbing.plug(wire("c1", app, vpn));
        var watched = watch.watch(ID, plugged);
        plugged.change(new Wire.Local(
                plugged.wire().owner(),
                end(app, "10.1.0.3/32", "10.1.0.4/32"),
                end(vpn, "10.1.0.4/32", "10.1.0.3/32")));
        assertNothingIsTold();
        Namespaces.ip(app, "addr add 10.7.7.7/32 dev nsm-1");
        Namespaces.ip(app, "addr del 10.7.7.7/32 dev nsm-1");
        assertNothingIsTold();

        Namespaces.ip(app, "route del 10.1.0.4/32 dev nsm-1");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("c1 STRIPPED the route to 10.1.0.4/32 was taken away");
        plugged.change(plugged.wire());
        assertThat(watched.goesOn(plugged)).isTrue();
        assertNothingIsTold();

        Namespaces.ip(vpn, "addr del 10.1.0.4/32 dev nsm-1");
        assertThat(told.poll(10, TimeUnit.SECONDS)).startsWith("c1 STRIPPED address 10.1.0.4/32 was taken away");
    }

    @Test
    void tells_nothing_of_a_wire_that_made_room_for_another_or_is_not_watched_any_more() throws Exception {
        Plumbing.Plugged first = plumbing.plug(wire("c1", app, vpn));
        var watched = watch.watch(ID, first);
        var second = first.replaceBy(wire("c2", app, namespaces.create("watch-other")));
        assertNothingIsTold();
        watched.close();
        first.close();
        assertNothingIsTold();
        assertThat(Namespaces.ip(app, "-o addr show nsm-1")).contains("10.1.0.1");
        second.close();
        assertThat(watch.size()).isZero();
    }
}
