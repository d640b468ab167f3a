package org.nsm4j.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nsm4j.dataplane.wire.Wiring.ping;
import static org.nsm4j.dataplane.wire.Wiring.remote;
import static org.nsm4j.dataplane.wire.Wiring.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** Tunnels for real processes: one that could retarget a tunnel of its own, and one that could not. */
@Tag("kernel")
final class ShelterTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void keeps_the_tunnel_of_a_mighty_workload_on_the_node_and_gives_the_other_its_own() throws Exception {
        var here = namespaces.create("wires-a");
        var there = namespaces.create("wires-b");
        Wiring.join(here, there, "192.168.90", 1500);
        var app = namespaces.create("wires-app");
        var vpn = namespaces.create("wires-vpn");
        var mighty = start(app, "sleep 1000");
        var meek = start(vpn, "setpriv --inh-caps=-all --bounding-set=-net_admin sleep 1000");
        try (var one = new TestNode(here, "192.168.90.1", 1500);
                var other = new TestNode(there, "192.168.90.2", 1500)) {
            var before = state(app, vpn, here, there);
            var client = Wiring.named("nsm-1", mighty, 1450, List.of("10.1.0.1/32"), List.of("10.1.0.2/32"));
            var endpoint = Wiring.named("nsm-1", meek, 1450, List.of("10.1.0.2/32"), List.of("10.1.0.1/32"));

            var left = one.plumbing.plug(remote("c1", client, 77, "192.168.90.2"));
            var right = other.plumbing.plug(remote("c1", endpoint, 77, "192.168.90.1"));

            assertThat(Namespaces.ip(app, "-d -o link show nsm-1"))
                    .contains("veth")
                    .doesNotContain("vxlan");
            assertThat(Namespaces.ip(here, "-d -o link show")).contains("vxlan id 77", "alias nsm4j:1:c1:node-a");
            assertThat(Namespaces.ip(vpn, "-d -o link show nsm-1")).contains("vxlan id 77");
            assertThat(ping(app, "10.1.0.2")).contains("1 received");
            assertThat(ping(vpn, "-M do -s 1422 10.1.0.1")).contains("1 received");

            var standing = links(app) + links(here);
            one.plumbing.plug(remote("c1", client, 77, "192.168.90.2"));
            assertThat(links(app) + links(here)).isEqualTo(standing);

            left.close();
            right.close();
            one.reaper.settle();
            other.reaper.settle();
            assertThat(state(app, vpn, here, there)).isEqualTo(before);
        }
    }

    @Test
    void behind_a_descriptor_those_are_asked_who_live_there() throws Exception {
        var app = namespaces.create("wires-app");
        try (var open = app.open()) {
            var sent =
                    new Place("/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), open.number()));
            assertThat(Shelter.isNeeded(sent)).as("nobody there yet").isFalse();
            start(app, "setpriv --inh-caps=-all --bounding-set=-net_admin sleep 1000");
            assertThat(Shelter.isNeeded(sent)).as("one who could not").isFalse();
            start(app, "sleep 1000");
            assertThat(Shelter.isNeeded(sent)).as("one of two who could").isTrue();
        }
    }

    private static String links(Netns netns) {
        return Namespaces.ip(netns, "-o addr show")
                + Namespaces.ip(netns, "-br link show")
                        .replaceAll(" +(UP|UNKNOWN|DOWN) +| NO-CARRIER,|NO-CARRIER,", " ");
    }

    /** Starts a program within a namespace, and waits until it runs there. */
    private Place start(Netns netns, String command) throws IOException {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", Namespaces.nameOf(netns)));
        all.addAll(List.of(command.split(" ")));
        var process = new ProcessBuilder(all).start();
        processes.add(process);
        var comm = Path.of("/proc/" + process.pid() + "/comm");
        while (!Files.readString(comm).strip().equals("sleep")) {
            Thread.onSpinWait();
        }
        return new Place("/proc/" + process.pid() + "/ns/net");
    }
}
