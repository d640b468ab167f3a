package org.nsm4j.app.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;

/**
 * The main job, shown live: a workload without any network is plugged into a VPN that an endpoint on another node provides,
 * and reaches an intranet that only the VPN reaches. Real processes, real kernel, real mutual TLS.
 */
final class Demo implements AutoCloseable {
    private static final String SERVICE = "vpn-gateway";
    private static final String CONNECTION = "app-0";
    private static final String URL = "kernel://vpn-gateway/nsm-1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final World world;
    private final Company company;
    private final List<String> nsm;
    private final Scheduler scheduler;
    private final PrintStream out;
    private final Map<String, AdminClient> admins = new HashMap<>();

    /**
     * A demo.
     *
     * @param folder of its files; goes with it
     * @param nsm how this very program is started
     * @param scheduler by which it waits
     * @param out where it shows what happens
     */
    Demo(Path folder, List<String> nsm, Scheduler scheduler, PrintStream out) {
        this.world = new World(folder);
        this.company = new Company(world, scheduler);
        this.nsm = List.copyOf(nsm);
        this.scheduler = scheduler;
        this.out = out;
    }

    /** Builds the world and starts the programs in it. */
    void start() {
        long begin = scheduler.nanoTime();
        World.clear(world.folder());
        world.build();
        say(
                "hosts",
                "%s and %s joined by an underlay, %s without a network, %s behind %s"
                        .formatted(World.NODE_A, World.NODE_B, World.APP, World.INTRANET, World.VPN));
        company.start();
        startNode(World.NODE_A, "a", List.of());
        var first = admin("a");
        var token = first.createJoinToken(Duration.ofMinutes(10)).token();
        startNode(World.NODE_B, "b", List.of("--join", token));
        say("nodes", "node-a and node-b are up, node-b joined by a token used once");
        first.apply(List.of(new Item.OfService(NetworkService.named(SERVICE).withPayload(Payload.IP))));
        world.start(
                World.VPN,
                "vpng-1",
                with(
                        "endpoint",
                        "vpn-gateway",
                        "--name",
                        "vpng-1",
                        "--connect-to",
                        "unix://" + run("b").resolve("nsm.io.sock"),
                        "--spiffe-endpoint-socket",
                        "unix://" + run("b").resolve("identity.sock"),
                        "--cidr-prefix",
                        Company.POOL,
                        "--vpn-config",
                        company.config().toString()));
        await("the endpoint vpng-1", () -> !first.list(Item.Kind.ENDPOINT).isEmpty());
        say(SERVICE, "NetworkService applied: payload IP, 1 endpoint (node-b)");
        say("", "everything is up after %.1f s".formatted((scheduler.nanoTime() - begin) / 1e9));
    }

    private void startNode(String host, String letter, List<String> more) {
        var command = with(
                "up",
                "--node-name",
                "node-" + letter,
                "--state-dir",
                world.folder().resolve(letter).resolve("state").toString(),
                "--run-dir",
                run(letter).toString(),
                "--underlay-device",
                World.UNDERLAY,
                "--identity-file",
                world.folder().resolve(letter).resolve("none.yaml").toString(),
                "--prometheus-listen-on",
                "");
        command.addAll(more);
        var process = world.start(host, "node-" + letter, command);
        await("node-" + letter, () -> {
            if (!process.isAlive()) {
                throw new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "node-%s ended (expected: it stays up); see %s"
                                .formatted(letter, world.folder().resolve("node-" + letter + ".log")));
            }
            return ready(letter);
        });
    }

    private boolean ready(String letter) {
        try {
            return admin(letter).status().isReady();
        } catch (RuntimeException e) {
            return false;
        }
    }

    private List<String> with(String... arguments) {
        var command = new java.util.ArrayList<>(nsm);
        command.addAll(List.of(arguments));
        return command;
    }

    private Path run(String letter) {
        return world.folder().resolve(letter).resolve("run");
    }

    private Admin admin(String letter) {
        return admins.computeIfAbsent(letter, each -> new AdminClient(run(each).resolve("admin.sock")));
    }

    private void await(String what, java.util.function.BooleanSupplier there) {
        var until = scheduler.now().plus(PATIENCE);
        while (!there.getAsBoolean()) {
            if (scheduler.now().isAfter(until)) {
                throw new Refused(
                        Refused.Reason.DEADLINE,
                        "%s did not come up within %d s (expected: a few seconds); see the logs in %s"
                                .formatted(what, PATIENCE.toSeconds(), world.folder()));
            }
            scheduler.pause(LOOK);
        }
    }

    /** Plugs the application in, shows the steps and their times, and uses the wire. */
    void show() {
        var node = admin("a");
        out.println();
        say("app", "request " + URL + "    (the first connection: everything is cold)");
        connect(node);
        use();
        node.disconnect(CONNECTION);
        out.println();
        say("app", "the same again, warm");
        connect(node);
        use();
    }

    private void connect(Admin node) {
        var request = new ConnectRequest(
                CONNECTION, URL, new ConnectRequest.Target.Named(World.APP), false, Map.of(), PATIENCE);
        long begin = scheduler.nanoTime();
        var status = node.connect(
                request,
                step -> out.printf(Locale.ROOT, "  %2d %-64s %s%n", step.number(), step.text(), millis(step.took())));
        var took = Duration.ofNanos(scheduler.nanoTime() - begin);
        out.printf(
                Locale.ROOT,
                "ready in %s (path: app → %s)%n",
                millis(took).strip(),
                String.join(
                        " → ",
                        status.path().stream().skip(1).map(hop -> hop.name()).toList()));
    }

    private static String millis(Duration took) {
        return took.isZero() ? "" : String.format(Locale.ROOT, "%7.1f ms", took.toNanos() / 1e6);
    }

    private void use() {
        out.println(Probe.ping(World.APP, World.INTRANET_WEB));
        out.println(Probe.get(World.APP, World.INTRANET_WEB));
    }

    /** What to try while it is kept. */
    void suggest() {
        out.println();
        out.println("It keeps running; in another terminal:");
        out.printf("  export NSM_ADMIN=%s%n", run("a").resolve("admin.sock"));
        out.println("  nsm get connections -o wide     nsm describe connection " + CONNECTION);
        out.println("  nsm get endpoints               nsm explain " + SERVICE);
        out.printf("  ip netns exec %s ping %s%n", World.APP, World.INTRANET_WEB);
        out.println("Ctrl-C ends it and clears everything away.");
    }

    private void say(String who, String what) {
        out.printf(Locale.ROOT, "%-13s %s%n", who, what);
    }

    @Override
    public void close() {
        admins.values().forEach(AdminClient::close);
        company.close();
        world.close();
    }
}
