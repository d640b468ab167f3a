package org.nsm4j.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.MeshClient;

/**
 * How long a connection takes from request to usable interface, its refresh and its close, and many at once; beside the
 * bare kernel's time for the same objects, in turns. Between two rounds it waits until the links of the last one are
 * deleted, which the forwarder does behind its answer; how fast it goes without waiting is a figure of its own.
 */
final class SetupBench {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 500);
    private static final int WARM_UPS = Integer.getInteger("bench.warmups", 100);
    /** Refreshes that warm the hops up: they take the way of a request, without the kernel's part. */
    private static final int WARM_REFRESHES = Integer.getInteger("bench.refreshes", 5000);

    private static final int WORKLOADS = 100;
    private static final int BURSTS = Integer.getInteger("bench.bursts", 7);
    private static final Duration MOST = Duration.ofSeconds(15);

    private final Site site;
    private final Figures figures;
    private final List<Netns> workloads = new ArrayList<>();
    private final Map<String, Samples> times = new TreeMap<>();
    private final Map<String, Samples> spent = new TreeMap<>();
    private int number;

    SetupBench(Site site, Figures figures) {
        this.site = site;
        this.figures = figures;
    }

    void run() throws IOException, InterruptedException, ExecutionException {
        for (int i = 0; i < WORKLOADS; i++) {
            workloads.add(site.workload(i));
        }
        var bareA = site.host("nsm-bench-bare0");
        var bareB = site.host("nsm-bench-bare1");
        try (var mesh = site.mesh();
                var bare = new BareWire(bareA, bareB)) {
            var client = mesh.client("bench");
            check(client, Site.LOCAL);
            check(client, Site.REMOTE);
            warm(client);
            for (int i = 0; i < WARM_UPS + ROUNDS; i++) {
                if (i == WARM_UPS) {
                    times.clear();
                    spent.clear();
                }
                round(client, bare, i);
            }
            report("local", "<=3", "<=15");
            report("remote", "<=6", "");
            explain(mesh);
            for (var service : List.of(Site.LOCAL, Site.REMOTE)) {
                churn(client, service);
                burst(client, service, 10);
                burst(client, service, 100);
            }
        }
    }

    private static String wire(String service) {
        return service.equals(Site.LOCAL) ? "local" : "remote";
    }

    private Connection connect(MeshClient client, ConnectionId id, String service, Netns workload) {
        return client.connect(id, ConnectUrl.parse("kernel://%s/nsm-1".formatted(service)), workload, Map.of(), MOST);
    }

    private ConnectionId nextId() {
        return new ConnectionId("bench-" + number++);
    }

    /** Shows once that what is measured carries packets. */
    private void check(MeshClient client, String service) throws IOException, InterruptedException {
        var id = nextId();
        var answer = connect(client, id, service, workloads.getFirst());
        var other = answer.context().ip().dstAddresses().getFirst().address().getHostAddress();
        Site.output(Site.nameOf(0), List.of("ping", "-c", "1", "-W", "2", other));
        client.disconnect(id, MOST);
        settle(workloads.getFirst());
    }

    private void warm(MeshClient client) {
        for (var service : List.of(Site.LOCAL, Site.REMOTE)) {
            var id = nextId();
            for (int i = 0; i < WARM_REFRESHES; i++) {
                connect(client, id, service, workloads.getFirst());
            }
            client.disconnect(id, MOST);
            settle(workloads.getFirst());
        }
    }

    private void round(MeshClient client, BareWire bare, int round) {
        var workload = workloads.get(round % WORKLOADS);
        int mtu = 0;
        for (var service : List.of(Site.LOCAL, Site.REMOTE)) {
            var answer = life(client, service, workload);
            mtu = Math.max(1280, answer.context().mtu());
            bare(bare, wire(service), mtu);
        }
    }

    private Connection life(MeshClient client, String service, Netns workload) {
        var id = nextId();
        var wire = wire(service);
        long begin = System.nanoTime();
        var answer = connect(client, id, service, workload);
        long there = System.nanoTime();
        var own = connect(client, id, service, workload);
        long refreshed = System.nanoTime();
        client.disconnect(id, MOST);
        long closed = System.nanoTime();
        times(wire + ".request").addNanos(begin, there);
        times(wire + ".refresh").addNanos(there, refreshed);
        times(wire + ".close").addNanos(refreshed, closed);
        note(wire, answer);
        settle(workload);
        return own;
    }

    private void bare(BareWire bare, String wire, int mtu) {
        long begin = System.nanoTime();
        if (wire.equals("local")) {
            bare.local(mtu);
        } else {
            bare.remote(mtu);
        }
        long there = System.nanoTime();
        bare.delete();
        times(wire + ".bare").addNanos(begin, there);
        times(wire + ".delete").addNanos(there, System.nanoTime());
    }

    private Samples times(String what) {
        return times.computeIfAbsent(what, any -> new Samples());
    }

    /** Where the time went, as the hops wrote it into the path. */
    private void note(String wire, Connection answer) {
        for (var segment : answer.path().segments()) {
            segment.metrics().forEach((key, value) -> {
                if (key.startsWith("us.")) {
                    spent.computeIfAbsent(wire + " " + segment.name() + " " + key.substring(3), any -> new Samples())
                            .add(Double.parseDouble(value) / 1000);
                }
            });
        }
    }

    private void settle(Netns workload) {
        try (var network = Network.open(workload)) {
            site.await("links of " + workload + " gone", () -> network.links().size() == 1);
        }
    }

    private void report(String wire, String p50, String p99) {
        var request = times(wire + ".request");
        var bare = times(wire + ".bare");
        add(Figure.of("setup." + wire + ".p50", request.median(), "ms")
                .limit(bare.median())
                .target(p50));
        add(Figure.of("setup." + wire + ".p99", request.percentile(99), "ms")
                .limit(bare.percentile(99))
                .target(p99));
        var refresh = times(wire + ".refresh");
        add(Figure.of("setup." + wire + ".refresh.p50", refresh.median(), "ms").target("<=1.5"));
        add(Figure.of("setup." + wire + ".refresh.p99", refresh.percentile(99), "ms"));
        var close = times(wire + ".close");
        add(Figure.of("setup." + wire + ".close.p50", close.median(), "ms")
                .limit(times(wire + ".delete").median())
                .target("<=5"));
        add(Figure.of("setup." + wire + ".close.p99", close.percentile(99), "ms")
                .limit(times(wire + ".delete").percentile(99)));
        add(Figure.of("setup." + wire + ".connections", request.size(), "connections"));
    }

    private void add(Figure figure) {
        figures.add(figure);
    }

    /** One after another without waiting for the links to be deleted. */
    private void churn(MeshClient client, String service) {
        int lives = 100;
        long begin = System.nanoTime();
        for (int i = 0; i < lives; i++) {
            var id = nextId();
            connect(client, id, service, workloads.get(i));
            client.disconnect(id, MOST);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        add(Figure.of("setup." + wire(service) + ".churn", lives / seconds, "connections/s"));
        workloads.forEach(this::settle);
    }

    private void burst(MeshClient client, String service, int many) throws InterruptedException, ExecutionException {
        var wall = new Samples();
        var closing = new Samples();
        int failed = 0;
        for (int i = 0; i < BURSTS + 3 && BURSTS > 0; i++) {
            var ids = new ArrayList<ConnectionId>();
            var connects = new ArrayList<Callable<Boolean>>();
            var closes = new ArrayList<Callable<Boolean>>();
            for (int each = 0; each < many; each++) {
                var id = nextId();
                var workload = workloads.get(each);
                ids.add(id);
                connects.add(() -> worked(() -> connect(client, id, service, workload)));
                closes.add(() -> worked(() -> client.disconnect(id, MOST)));
            }
            long begin = System.nanoTime();
            int refused = atOnce(connects);
            long there = System.nanoTime();
            refused += atOnce(closes);
            long closed = System.nanoTime();
            workloads.forEach(this::settle);
            if (i >= 3) {
                failed += refused;
                wall.addNanos(begin, there);
                closing.addNanos(there, closed);
            }
        }
        var name = "setup.%s.at-once-%d".formatted(wire(service), many);
        // the kernel makes links one after another, whoever asks
        double limit = many * times(wire(service) + ".bare").median();
        add(Figure.of(name, wall.median(), "ms").limit(limit).target(many == 100 ? "<=500" : ""));
        add(Figure.of(name + ".close", closing.median(), "ms"));
        add(Figure.of(name + ".failed", failed, "connections").target("=0"));
    }

    private static boolean worked(Runnable what) {
        try {
            what.run();
            return true;
        } catch (Refused e) {
            System.err.println(e.getMessage());
            return false;
        }
    }

    private static int atOnce(List<Callable<Boolean>> all) throws InterruptedException, ExecutionException {
        int failed = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : threads.invokeAll(all)) {
                failed += each.get() ? 0 : 1;
            }
        }
        return failed;
    }

    private void explain(Mesh mesh) {
        System.err.println("where the time of a request went, median ms ("
                + mesh.client("bench").elements().size() + " client elements):");
        spent.forEach((what, samples) -> System.err.printf("  %-60s %7.3f%n", what, samples.median()));
    }
}
