package org.nsm4j.dataplane.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.netns.Namespaces;

/**
 * Prints how long local wires take beside the bare kernel's work for the same objects, alternating in one run:
 * {@code java -cp … org.nsm4j.dataplane.wire.Timing [ROUNDS [WARM-UPS]]}, as root.
 */
final class Timing {
    private final Map<String, List<Long>> times = new TreeMap<>();
    private final Namespaces namespaces = new Namespaces();

    private Timing() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 500;
        int warmUps = args.length > 1 ? Integer.parseInt(args[1]) : 200;
        new Timing().run(rounds, warmUps);
    }

    private void run(int rounds, int warmUps) {
        var app = namespaces.create("timing-app");
        var vpn = namespaces.create("timing-vpn");
        var scheduler = new LiveScheduler();
        try (var node = Node.own();
                var reaper = new Reaper(node, scheduler);
                var one = Network.open(app);
                var other = Network.open(vpn)) {
            var plumbing = new KernelPlumbing(node, null, PeerGuard.OPEN, reaper);
            var wire = Wiring.local("c1", app, vpn);
            for (int i = -warmUps; i < rounds; i++) {
                long start = System.nanoTime();
                var plugged = plumbing.plug(wire);
                long now = record("plug", start);
                if (i == -warmUps) {
                    System.out.printf("first plug %.1f ms%n", (now - start) / 1e6);
                }
                start = System.nanoTime();
                plugged.change(wire);
                now = record("refresh", start);
                plugged.close();
                record("close", now);
                reaper.settle();
                start = System.nanoTime();
                bare(one, other, wire);
                record("bare", start);
                one.change().deleteLinksOfGroup(Fitting.GROUP).commit();
                if (i == -1) {
                    times.clear();
                }
            }
        } finally {
            namespaces.close();
            scheduler.close();
        }
        times.forEach((what, all) -> {
            var sorted = all.stream().mapToLong(Long::longValue).sorted().toArray();
            System.out.printf(
                    "%-8s n %d p50 %.0f µs p99 %.0f µs%n", what, sorted.length, at(sorted, 50), at(sorted, 99));
        });
        System.out.printf("plug/bare %.2f%n", median("plug") / median("bare"));
    }

    private double median(String what) {
        return at(
                times.getOrDefault(what, List.of()).stream()
                        .mapToLong(Long::longValue)
                        .sorted()
                        .toArray(),
                50);
    }

    private static double at(long[] sorted, int percent) {
        return Arrays.stream(sorted)
                        .skip((long) sorted.length * percent / 100)
                        .findFirst()
                        .orElse(0)
                / 1e3;
    }

    private long record(String what, long start) {
        long now = System.nanoTime();
        times.computeIfAbsent(what, any -> new ArrayList<>()).add(now - start);
        return now;
    }

    /** The same objects, with sockets at hand, in as few sends as there can be. */
    private static void bare(Network one, Network other, Wire.Local wire) {
        int first = KernelPlumbing.index();
        int second = KernelPlumbing.index();
        try (var there = wire.endpoint().place().open()) {
            var settings = LinkSettings.named("nsm-1").mtu(1400).group(Fitting.GROUP);
            one.change()
                    .addLink(new NewLink.Veth(
                            settings.index(first), settings.index(second).in(there)))
                    .commit();
        }
        furnish(one, first, "10.1.0.1/32", "10.1.0.2/32", wire);
        furnish(other, second, "10.1.0.2/32", "10.1.0.1/32", wire);
    }

    private static void furnish(Network network, int index, String own, String peer, Wire wire) {
        network.change()
                .setLink(
                        index,
                        LinkSettings.unchanged().alias(wire.owner().alias()).up(true))
                .addAddress(Address.of(index, Prefix.parse(own)))
                .addRoute(Route.on(index, Prefix.parse(peer)))
                .commit();
    }
}
