package org.nsm4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.AdminUnreachable;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.netns.Netns;

/**
 * Many connections that a node makes for its workloads, some at a time: how long they take beside the bare kernel's objects,
 * what they cost while nothing happens, what their adoption by the node's next process changes, and how long they take to go.
 */
final class LifeCrowd {
    private static final int MANY = Integer.getInteger("bench.connections", 1000);
    private static final int AT_A_TIME = 32;
    private static final int WARM = Math.min(200, MANY);
    private static final int FIRST = 5000;
    private static final int BARE = 200;
    private static final int GROUP = 78;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration MOST = Duration.ofSeconds(60);
    private static final String MONITOR = "life-monitor";

    private final Site site;
    private final Figures figures;
    private final AtomicInteger failed = new AtomicInteger();

    LifeCrowd(Site site, Figures figures) {
        this.site = site;
        this.figures = figures;
    }

    void run() throws IOException, InterruptedException {
        for (int i = 0; i < MANY; i++) {
            site.workload(FIRST + i);
        }
        try (var admin = new AdminClient(site.admin("a"))) {
            // warm: the same once, a part of it
            each(WARM, i -> connect(admin, i));
            each(WARM, i -> admin.disconnect(name(i)));
            setUp(admin);
            idle();
        }
        adopt();
        try (var admin = new AdminClient(site.admin("a"))) {
            tearDown(admin);
        }
        figures.add(Figure.of("life.crowd.failed", failed.get(), "requests").target("=0"));
    }

    private static String name(int number) {
        return "crowd-" + number;
    }

    private static void connect(AdminClient admin, int number) {
        var target = new ConnectRequest.Target.Named(Site.nameOf(FIRST + number));
        admin.connect(
                new ConnectRequest(
                        name(number), "kernel://%s/nsm-1".formatted(Site.LOCAL), target, false, Map.of(), MOST),
                step -> {});
    }

    /** Does something for each number, so many at a time; in milliseconds. */
    private double each(int many, IntConsumer what) throws InterruptedException {
        var turns = new Semaphore(AT_A_TIME);
        long begin = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < many; i++) {
                int number = i;
                turns.acquire();
                var _ = threads.submit(() -> {
                    try {
                        what.accept(number);
                    } catch (Refused | AdminUnreachable e) {
                        System.err.println(e.getMessage());
                        failed.incrementAndGet();
                    } finally {
                        turns.release();
                    }
                });
            }
        }
        return (System.nanoTime() - begin) / 1e6;
    }

    private void setUp(AdminClient admin) throws InterruptedException {
        double took = each(MANY, i -> connect(admin, i));
        var bare = new Samples();
        try (var wire = new BareWire(Netns.named(Site.nameOf(FIRST)), Netns.named(Site.nameOf(FIRST + 1)))) {
            for (int i = 0; i < BARE; i++) {
                long begin = System.nanoTime();
                wire.local(1400);
                bare.addNanos(begin, System.nanoTime());
                wire.delete();
            }
        }
        figures.add(Figure.of("life.crowd.setup", took, "ms")
                .limit(bare.median() * MANY)
                .target("<=3 of the limit"));
    }

    private void idle() throws IOException {
        var node = new ProcessFacts(site.pid(Site.PROCESS_A));
        double before = node.cpuSeconds();
        site.scheduler().pause(IDLE);
        double spent = node.cpuSeconds() - before;
        figures.add(Figure.of("life.crowd.idle.cpu", 100 * spent / IDLE.toSeconds(), "% of a core")
                .target("<=1"));
        figures.add(
                Figure.of("life.crowd.idle.rss", node.rss() / 1.048576, "MiB").target("<=180"));
    }

    /** The node is killed and started again; what changes at the endpoint, where all the wires end, is told by the kernel. */
    private void adopt() throws IOException {
        var monitor = site.start(Site.NEAR, MONITOR, List.of("ip", "monitor", "link", "address", "route"));
        site.kill(Site.PROCESS_A);
        site.startAgain(Site.PROCESS_A);
        long begin = System.nanoTime();
        site.awaitNode("a");
        site.await("all connections", () -> standing() == MANY);
        figures.add(Figure.of("life.crowd.adopted", (System.nanoTime() - begin) / 1e6, "ms"));
        monitor.destroy();
        try (var lines = Files.lines(site.log(MONITOR))) {
            figures.add(Figure.of("life.crowd.adoption", lines.count(), "netlink changes")
                    .target("=0"));
        }
    }

    private long standing() {
        try (var admin = new AdminClient(site.admin("a"))) {
            return admin.list(Item.Kind.CONNECTION).stream()
                    .filter(each -> each instanceof Item.OfConnection(var status)
                            && status.trouble().isEmpty()
                            && status.wire().state().equals("UP"))
                    .count();
        } catch (Refused | AdminUnreachable e) {
            return 0;
        }
    }

    private void tearDown(AdminClient admin) throws InterruptedException {
        double took = each(MANY, i -> admin.disconnect(name(i)));
        long begin = System.nanoTime();
        for (int i = 0; i < MANY; i++) {
            int workload = FIRST + i;
            try (var network = Network.open(Netns.named(Site.nameOf(workload)))) {
                site.await(
                        "no link in workload " + workload, () -> network.links().size() == 1);
            }
        }
        double settled = took + (System.nanoTime() - begin) / 1e6;
        double bare = grouped();
        figures.add(Figure.of("life.crowd.close", took, "ms").limit(bare).target("<=2 of the limit"));
        figures.add(Figure.of("life.crowd.gone", settled, "ms").limit(bare));
    }

    /** As many veth pairs between as many namespaces, each namespace's deleted as a group. */
    private double grouped() {
        var workloads = new ArrayList<Network>();
        try (var near = Netns.named(Site.NEAR).open()) {
            for (int i = 0; i < MANY; i++) {
                var network = Network.open(Netns.named(Site.nameOf(FIRST + i)));
                workloads.add(network);
                var born = LinkSettings.named("bare").group(GROUP);
                network.change()
                        .addLink(new NewLink.Veth(
                                born, LinkSettings.named("bare" + i).in(near)))
                        .commit();
            }
            long begin = System.nanoTime();
            workloads.forEach(each -> each.change().deleteLinksOfGroup(GROUP).commit());
            return (System.nanoTime() - begin) / 1e6;
        } finally {
            workloads.forEach(Network::close);
        }
    }
}
