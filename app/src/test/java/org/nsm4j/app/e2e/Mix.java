package org.nsm4j.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A domain of one or two nodes whose programs are ours or somebody else's, each started as it is in practice: told what to
 * do by variables alone, in a mount namespace of its own, with an identity from {@code nsm up}'s Workload API.
 */
final class Mix implements AutoCloseable {
    /** The variable that names the foreign program of each role, and how ours is started. */
    enum Role {
        REGISTRY("registry"),
        NSMGR("manager"),
        FORWARDER("forwarder"),
        NSE("endpoint", "responder"),
        NSC("client");

        private final String[] command;

        Role(String... command) {
            this.command = command;
        }

        /** The foreign program, where the environment names one. */
        Optional<Path> foreign() {
            return Optional.ofNullable(System.getenv("NSM_PEER_" + name())).map(Path::of);
        }
    }

    /** Of a client's tokens. */
    static final Duration TOKEN_LIFE = Duration.ofSeconds(20);

    private static final String LOCAL = "10.99.0.";

    private final Ground ground;
    private final Set<Role> foreign;
    private final Path folder;
    private final String identities;
    private final List<String> hosts = new ArrayList<>();
    private final Map<String, Program> running = new HashMap<>();

    /**
     * Starts the Workload API, for a domain in which some roles are played by foreign programs.
     *
     * @param nodes 1 or 2
     */
    Mix(Ground ground, int nodes, Set<Role> foreign) {
        this.ground = ground;
        this.foreign = foreign;
        this.folder = ground.folder();
        this.identities = "unix://" + folder.resolve("id/run/identity.sock");
        for (int node = 1; node <= nodes; node++) {
            hosts.add(ground.netns("node" + node));
        }
        if (nodes == 2) {
            ground.join(hosts.getFirst(), LOCAL + "1/24", hosts.getLast(), LOCAL + "2/24");
        } else {
            Shell.run("ip -n %s addr add %s1/32 dev lo".formatted(hosts.getFirst(), LOCAL));
        }
        startAuthority();
    }

    private void startAuthority() {
        var rules = new StringBuilder("rules:\n");
        for (var role : Role.values()) {
            role.foreign()
                    .ifPresent(program ->
                            rules.append("""
                      - id: /foreign/%s
                        match: {user: root, executable: %s}
                    """.formatted(role.name().toLowerCase(java.util.Locale.ROOT), program)));
        }
        var java = Path.of(ProcessHandle.current().info().command().orElseThrow());
        try {
            rules.append("  - id: /own\n    match: {user: root, executable: %s}\n".formatted(java.toRealPath()));
            Files.createDirectories(folder.resolve("id"));
            Files.writeString(folder.resolve("id/identity.yaml"), rules);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var authority = ground.nsm(
                ground.netns("authority"),
                "authority",
                Map.of(),
                "up",
                "--node-name",
                "authority",
                "--state-dir",
                folder.resolve("id/state").toString(),
                "--run-dir",
                folder.resolve("id/run").toString(),
                "--identity-file",
                folder.resolve("id/identity.yaml").toString(),
                "--prometheus-listen-on",
                "");
        running.put("authority", authority);
        awaitSocket(folder.resolve("id/run/identity.sock"), authority);
    }

    /** Starts registry, managers and forwarders. */
    Mix up() {
        start("registry", Role.REGISTRY, hosts.getFirst(), Map.of("NSM_LISTEN_ON", "tcp://%s1:5002".formatted(LOCAL)));
        for (int node = 1; node <= hosts.size(); node++) {
            var manager = start(
                    "manager-" + node,
                    Role.NSMGR,
                    hosts.get(node - 1),
                    Map.of(
                            "NODE_NAME", "node-" + node,
                            "NSM_LISTEN_ON", "%s,tcp://%s%d:5001".formatted(manager(node), LOCAL, node),
                            "NSM_REGISTRY_URL", "tcp://%s1:5002".formatted(LOCAL)));
            awaitSocket(folder.resolve("manager-" + node + ".sock"), manager);
            start(
                    "forwarder-" + node,
                    Role.FORWARDER,
                    hosts.get(node - 1),
                    Map.of(
                            "NODE_NAME", "node-" + node,
                            "NSM_LISTEN_ON", "unix://" + folder.resolve("forwarder-" + node + ".sock"),
                            "NSM_CONNECT_TO", manager(node),
                            "NSM_TUNNEL_IP", LOCAL + node));
        }
        return this;
    }

    private String manager(int node) {
        return "unix://" + folder.resolve("manager-" + node + ".sock");
    }

    /** Starts an endpoint that answers pings, on the last node. */
    Program endpoint(String name, String netns, String pool) {
        int node = hosts.size();
        return start(
                name,
                Role.NSE,
                netns,
                Map.of(
                        "NODE_NAME",
                        "node-" + node,
                        "NSM_CONNECT_TO",
                        manager(node),
                        "NSM_CIDR_PREFIX",
                        pool,
                        "NSM_SERVICE_NAMES",
                        "icmp-responder"));
    }

    /** Starts a client beside a workload, on the first node; its tokens are short, so that it refreshes within seconds. */
    Program client(String name, String netns) {
        return start(
                name,
                Role.NSC,
                netns,
                Map.of(
                        "NODE_NAME", "node-1",
                        "NSM_CONNECT_TO", manager(1),
                        "NSM_MAX_TOKEN_LIFETIME", TOKEN_LIFE.toSeconds() + "s",
                        "NSM_REQUEST_TIMEOUT", "5s",
                        "NSM_LOCAL_DNS_SERVER_ENABLED", "false",
                        "NSM_NETWORK_SERVICES", "kernel://icmp-responder/nsm-1"));
    }

    private Program start(String name, Role role, String netns, Map<String, String> variables) {
        var environment = new HashMap<>(variables);
        environment.put("NSM_NAME", name);
        environment.put("NSM_LOG_LEVEL", "INFO");
        environment.put("SPIFFE_ENDPOINT_SOCKET", identities);
        var program =
                foreign.contains(role) ? List.of(role.foreign().orElseThrow().toString()) : Shell.nsm(role.command);
        var started = ground.start(netns, name, environment, contained(name, program));
        running.put(name, started);
        return started;
    }

    /** As in a container: files that a program might rewrite, such as {@code /etc/resolv.conf}, are copies of its own. */
    private List<String> contained(String name, List<String> program) {
        var own = folder.resolve(name);
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "cd \"$0\" && cp /etc/resolv.conf . && mount --bind resolv.conf /etc/resolv.conf && exec \"$@\"",
                own.toString()));
        command.addAll(program);
        return command;
    }

    private static void awaitSocket(Path socket, Program program) {
        Eventually.until(
                socket.toString(),
                () -> {
                    if (!program.isAlive()) {
                        throw new AssertionError("ended: " + program.log());
                    }
                    return Files.exists(socket);
                },
                program::log);
    }

    /** What the programs said last, for a failure's text. */
    String evidence() {
        var text = new StringBuilder();
        running.forEach((name, program) -> {
            var lines = program.log().lines().toList();
            text.append("--- ").append(name).append('\n');
            lines.subList(Math.max(0, lines.size() - 15), lines.size())
                    .forEach(line ->
                            text.append(line, 0, Math.min(400, line.length())).append('\n'));
        });
        return text.toString();
    }

    @Override
    public void close() {
        running.values().forEach(Program::close);
    }
}
