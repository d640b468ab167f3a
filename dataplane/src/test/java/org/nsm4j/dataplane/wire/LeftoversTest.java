package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nsm4j.dataplane.wire.Wiring.local;
import static org.nsm4j.dataplane.wire.Wiring.state;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.lease.LedgerFile;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.nft.AddressSet;
import org.nsm4j.linux.nft.Nftables;
import org.nsm4j.linux.nft.Table;

/** What a forwarder that died has left goes when its time is over, and not before. */
@Tag("kernel")
final class LeftoversTest {
    private static final Duration TOKEN = Duration.ofMinutes(10);

    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @TempDir
    Path folder;

    private final Set<ConnectionId> connected = new HashSet<>();
    private TestNode node;
    private MovedClock clock;
    private LedgerFile file;
    private WireLedger ledger;
    private Leftovers leftovers;

    @BeforeEach
    void start() {
        node = new TestNode(namespaces.create("left-node"), "192.168.71.1", 1500);
        clock = new MovedClock(node.scheduler);
        process();
    }

    /** The next process of the forwarder. */
    private void process() {
        file = LedgerFile.open(folder.resolve("f.wires"), "boot");
        ledger = new WireLedger(file, clock);
        leftovers =
                new Leftovers("node-a", new Inventory(node.node), ledger, () -> Set.copyOf(connected), TOKEN, clock);
    }

    @AfterEach
    void stop() {
        file.close();
        node.close();
    }

    private void wire(String id) {
        node.plumbing.plug(local(id, namespaces.create("left-app"), namespaces.create("left-vpn")));
    }

    private List<String> found() {
        return leftovers.find().stream()
                .map(each -> each.owned()
                                .owner()
                                .map(owner -> owner.connection().value())
                                .orElse("") + " " + each.owned().state())
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void a_wire_that_nobody_comes_back_for_goes_after_its_recorded_time_and_a_grace() {
        wire("back");
        wire("gone");
        ledger.open(Wiring.owner("back"), clock.now().plus(TOKEN));
        ledger.open(Wiring.owner("gone"), clock.now().plus(Duration.ofMinutes(2)));
        file.close();
        process();
        connected.add(new ConnectionId("back"));
        assertThat(found()).containsExactly("gone STANDS");

        clock.pass(Duration.ofMinutes(2));
        leftovers.sweep();
        assertThat(found()).containsExactly("gone STANDS");
        clock.pass(Leftovers.GRACE);
        leftovers.sweep();

        assertThat(found()).isEmpty();
        assertThat(new Inventory(node.node).links())
                .extracting(each -> each.owner().orElseThrow().connection().value())
                .containsExactly("back", "back");
        clock.pass(TOKEN);
        leftovers.sweep();
        assertThat(file.entries()).hasSize(1);
    }

    @Test
    void of_what_nothing_is_written_down_the_longest_life_of_a_token_counts() {
        wire("unknown");
        leftovers.sweep();
        clock.pass(TOKEN);
        leftovers.sweep();
        assertThat(found()).containsExactly("unknown STANDS");
        clock.pass(Leftovers.GRACE);
        leftovers.sweep();
        assertThat(new Inventory(node.node).links()).isEmpty();
    }

    @Test
    void what_is_half_made_or_half_deleted_is_left_alone_for_a_moment_and_then_goes() {
        wire("stands");
        connected.add(new ConnectionId("stands"));
        var app = namespaces.create("left-half");
        wireless(app);
        assertThat(found()).isEmpty();

        clock.pass(Leftovers.GRACE);
        assertThat(found()).containsExactly(" LAID_OFF", " UNFINISHED");
        clock.pass(Leftovers.GRACE);
        leftovers.sweep();

        assertThat(found()).isEmpty();
        assertThat(new Inventory(node.node).links()).hasSize(2);
    }

    private void wireless(Netns app) {
        node.plumbing.plug(local("number", app, namespaces.create("left-vpn"))).close();
        node.reaper.settle();
        try (var network = Network.open(app)) {
            network.change()
                    .addLink(new NewLink.OfKind(LinkSettings.named("gone1").group(Reaper.GROUP), "bridge"))
                    .addLink(new NewLink.OfKind(LinkSettings.named("half").group(Fitting.GROUP), "bridge"))
                    .commit();
        }
    }

    @Test
    void a_close_takes_a_wire_that_only_the_former_process_knew() {
        var app = namespaces.create("left-app");
        var vpn = namespaces.create("left-vpn");
        var before = state(app, vpn);
        node.plumbing.plug(local("c1", app, vpn));
        wire("c2");
        leftovers.removeAllOf(new ConnectionId("c1"));
        assertThat(state(app, vpn)).isEqualTo(before);
        assertThat(new Inventory(node.node).links()).hasSize(2);
    }

    @Test
    void links_of_another_node_are_no_leftovers_of_this_one() {
        wire("c1");
        var other = new Leftovers("node-b", new Inventory(node.node), ledger, Set::of, TOKEN, clock);
        assertThat(other.find()).isEmpty();
        clock.pass(TOKEN.multipliedBy(2));
        other.sweep();
        assertThat(new Inventory(node.node).links()).hasSize(2);
    }

    @Test
    void a_peer_of_a_former_process_s_tunnel_is_shut_out_when_the_tunnel_is_gone() {
        Wiring.join(node.netns, namespaces.create("left-other"), "192.168.71", 1500);
        var app = namespaces.create("left-app");
        var end = Wiring.end(app, 1400, List.of("10.1.0.1/32"), List.of("10.1.0.2/32"));
        node.plumbing.plug(Wiring.remote("tunnel", end, 77, "192.168.71.2"));
        var guard = new VxlanGuard(node.node, 4789, new Inventory(node.node).peers(), Duration.ZERO, clock);
        leftovers.start(guard);
        leftovers.sweep();
        assertThat(peers()).as("it may be adopted yet").hasSize(1);

        Namespaces.ip(app, "link del nsm-1");
        leftovers.sweep();
        assertThat(peers()).isEmpty();
    }

    /** Whom the node's packet filter lets in. */
    private Collection<InetAddress> peers() {
        try (var nftables = Nftables.open(node.node.netns())) {
            return nftables.elements(Table.inet("nsm4j-vxlan-4789"), new AddressSet("peers4", false));
        }
    }

    @Test
    void a_wire_that_somebody_deleted_is_missing() {
        var app = namespaces.create("left-app");
        node.plumbing.plug(local("c1", app, namespaces.create("left-vpn")));
        wire("c2");
        connected.addAll(List.of(new ConnectionId("c1"), new ConnectionId("c2")));
        assertThat(leftovers.missing(connected)).isEmpty();
        Namespaces.ip(app, "link del nsm-1");
        assertThat(leftovers.missing(connected)).containsExactly(new ConnectionId("c1"));
    }
}
