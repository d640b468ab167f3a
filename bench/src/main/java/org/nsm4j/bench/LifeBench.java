package org.nsm4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.sdk.MeshClient;

/**
 * How long a workload is without its service when what provides it is lost while another endpoint is there: a pinger that
 * sends every 5 ms, and the longest time between two of its answers. Both endpoints give out the same addresses.
 *
 * <p>Local: the endpoint's process is killed, and its namespace goes with it. Held: it is killed, and its namespace stays.
 * Node: the other node's underlay is cut.
 */
final class LifeBench {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final String TARGET = "<=0.5";
    private static final Pattern ANSWER = Pattern.compile("\\[([0-9]+\\.[0-9]+)\\] [0-9]+ bytes from");
    private static final String KEEPER = Site.NEAR + "2";

    private final Site site;
    private final Figures figures;
    private int number;

    LifeBench(Site site, Figures figures) {
        this.site = site;
        this.figures = figures;
    }

    /** Loses an endpoint. */
    private interface Loss {
        void lose(Process endpoint) throws IOException, InterruptedException;
    }

    void run() throws IOException, InterruptedException {
        site.host(KEEPER);
        try (var mesh = site.mesh()) {
            var client = mesh.client("bench-life");
            rounds(client, "life.heal.held", "a", List.of(), Process::destroyForcibly);
            rounds(client, "life.heal.local", "a", List.of("unshare", "--net"), Process::destroyForcibly);
            rounds(client, "life.heal.node", "b", List.of(), _ -> underlay("down"));
        }
        new LifeCrowd(site, figures).run();
    }

    private static void underlay(String state) throws IOException, InterruptedException {
        Site.output(Site.NODE_B, List.of("ip", "link", "set", Site.UNDERLAY, state));
    }

    private void rounds(MeshClient client, String name, String letter, List<String> wrapper, Loss loss)
            throws IOException, InterruptedException {
        if (ROUNDS == 0) {
            return;
        }
        var gaps = new Samples();
        for (int round = 0; round < ROUNDS; round++) {
            gaps.add(round(client, letter, wrapper, loss));
        }
        figures.add(Figure.of(name + ".p50", gaps.median() / 1000, "s").target(TARGET));
        figures.add(Figure.of(name + ".worst", gaps.percentile(100) / 1000, "s").target(TARGET));
    }

    /** One loss, in milliseconds. */
    private double round(MeshClient client, String letter, List<String> wrapper, Loss loss)
            throws IOException, InterruptedException {
        var service = "life-" + ++number;
        var pool = "172.22.%d.0/24".formatted(number);
        var lost = site.endpoint(
                letter,
                letter.equals("a") ? Site.NEAR : Site.FAR,
                new SiteEndpoint(service, service + "-1", pool, service + "-1"),
                wrapper);
        var id = new ConnectionId(service);
        var workload = site.workload(1000 + number);
        var url = ConnectUrl.parse("kernel://%s/nsm-1".formatted(service));
        var connection = client.connect(id, url, workload, Map.of(), MOST);
        var kept =
                site.endpoint("a", KEEPER, new SiteEndpoint(service, service + "-2", pool, service + "-2"), List.of());
        warm(client, service, url);
        var log = service + "-ping";
        var target = peer(connection);
        var ping = List.of("ping", "-n", "-D", "-i", "0.005", "-W", "1", target);
        var pinger = site.start(Site.nameOf(1000 + number), log, ping);
        site.await("answers", () -> answers(log).size() > 50);
        loss.lose(lost);
        try {
            site.await(
                    "another endpoint",
                    () -> client.connection(id)
                            .filter(each -> each.endpoint().equals(service + "-2"))
                            .isPresent());
            int before = answers(log).size();
            site.await("answers of another endpoint", () -> answers(log).size() > before + 50);
        } finally {
            pinger.destroy();
            if (letter.equals("b")) {
                underlay("up");
                site.await("node b", () -> reaches(Site.NODE_A, Site.ADDRESS_B));
            }
        }
        client.disconnect(id, MOST);
        lost.destroyForcibly().waitFor();
        kept.destroyForcibly().waitFor();
        return longest(answers(log));
    }

    /** What takes over has served somebody before: a program that was never asked for anything takes as long again. */
    private void warm(MeshClient client, String service, ConnectUrl url) {
        var id = new ConnectionId(service + "-warm");
        var other = client.connect(id, url, site.workload(2000 + number), Map.of(), MOST);
        if (!other.endpoint().equals(service + "-2")) {
            throw new IllegalStateException("%s (expected: the endpoint that is idle)".formatted(other.endpoint()));
        }
        client.disconnect(id, MOST);
    }

    private static boolean reaches(String host, String address) {
        try {
            return Site.output(host, List.of("ping", "-n", "-c", "1", "-W", "1", address))
                    .contains("1 received");
        } catch (IOException | IllegalStateException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String peer(Connection connection) {
        return connection.context().ip().dstAddresses().getFirst().address().getHostAddress();
    }

    /** When there was an answer, in milliseconds. */
    private List<Double> answers(String log) {
        try {
            var times = new ArrayList<Double>();
            var text = Files.readString(site.log(log));
            ANSWER.matcher(text).results().forEach(each -> times.add(Double.parseDouble(each.group(1)) * 1000));
            return times;
        } catch (IOException e) {
            return List.of();
        }
    }

    private static double longest(List<Double> times) {
        double longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        return longest;
    }
}
