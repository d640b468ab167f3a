package org.nsm4j.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.linux.net.Network;
import org.nsm4j.sdk.MeshClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a wire carries: TCP, and UDP packets of 64 bytes, by iperf3; our local wire beside a bare veth pair, our remote wire
 * beside a bare vxlan link over the same underlay, with the same MTU, in turns.
 */
final class WireBench {
    private static final int TURNS = Integer.getInteger("bench.turns", 20);
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Site site;
    private final Figures figures;

    WireBench(Site site, Figures figures) {
        this.site = site;
        this.figures = figures;
    }

    /** From where to where packets go. */
    private record Lane(String from, String to, String target) {}

    void run() throws IOException, InterruptedException {
        try (var mesh = site.mesh();
                var bareVeth = new BareWire(site.host("nsm-bench-veth0"), site.host("nsm-bench-veth1"));
                var bareVxlan = new BareWire(site.host("nsm-bench-vxlan0"), site.host("nsm-bench-vxlan1"))) {
            var client = mesh.client("bench");
            var lanes = new LinkedHashMap<String, Lane>();
            int mtu = plug(client, 0, Site.LOCAL, Site.NEAR, lanes);
            bareVeth.local(mtu);
            lanes.put("veth", new Lane("nsm-bench-veth0", "nsm-bench-veth1", BareWire.target()));
            mtu = plug(client, 1, Site.REMOTE, Site.FAR, lanes);
            bareVxlan.remote(mtu);
            lanes.put("vxlan", new Lane("nsm-bench-vxlan0", "nsm-bench-vxlan1", BareWire.target()));
            for (var lane : lanes.values()) {
                site.start(lane.to, "iperf3-" + lane.to, List.of("iperf3", "--server"));
            }
            measure(lanes);
            client.disconnectAll();
        }
    }

    /** Plugs a workload in, and says how large packets may be. */
    private int plug(MeshClient client, int number, String service, String host, Map<String, Lane> lanes)
            throws IOException, InterruptedException {
        var workload = site.workload(number);
        var answer = client.connect(
                new ConnectionId("wire-" + number),
                ConnectUrl.parse("kernel://%s/nsm-1".formatted(service)),
                workload,
                Map.of(),
                MOST);
        var name = Site.nameOf(number);
        var target = answer.context().ip().dstAddresses().getFirst().address().getHostAddress();
        lanes.put(service, new Lane(name, host, target));
        Site.output(name, List.of("ping", "-c", "1", "-W", "2", target));
        try (var network = Network.open(workload)) {
            return Objects.requireNonNull(
                    network.link("nsm-1").orElseThrow().settings().mtu());
        }
    }

    private void measure(Map<String, Lane> lanes) throws IOException, InterruptedException {
        var tcp = new LinkedHashMap<String, Samples>();
        var udp = new LinkedHashMap<String, Samples>();
        for (int turn = -1; turn < TURNS; turn++) {
            var order = new ArrayList<>(lanes.keySet());
            if (turn % 2 == 0) {
                order = new ArrayList<>(order.reversed());
            }
            for (var name : order) {
                double bits = tcp(lanes.get(name));
                double packets = udp(lanes.get(name));
                if (turn >= 0) {
                    tcp.computeIfAbsent(name, any -> new Samples()).add(bits);
                    udp.computeIfAbsent(name, any -> new Samples()).add(packets);
                }
            }
        }
        report("wire.local.tcp", "Gbit/s", tcp.get(Site.LOCAL), tcp.get("veth"));
        report("wire.local.udp64", "packets/s", udp.get(Site.LOCAL), udp.get("veth"));
        report("wire.remote.tcp", "Gbit/s", tcp.get(Site.REMOTE), tcp.get("vxlan"));
        report("wire.remote.udp64", "packets/s", udp.get(Site.REMOTE), udp.get("vxlan"));
        figures.add(Figure.of("wire.turns", TURNS, "alternations"));
    }

    private void report(String name, String unit, Samples ours, Samples bare) {
        figures.add(Figure.of(name, ours.median(), unit).limit(bare.median()).target("ratio>=0.97"));
    }

    private static double tcp(Lane lane) throws IOException, InterruptedException {
        return iperf(lane, List.of())
                        .path("end")
                        .path("sum_received")
                        .path("bits_per_second")
                        .asDouble()
                / 1e9;
    }

    private static double udp(Lane lane) throws IOException, InterruptedException {
        var sum = iperf(lane, List.of("--udp", "--bitrate", "0", "--length", "64"))
                .path("end")
                .path("sum");
        double arrived =
                sum.path("packets").asDouble() - sum.path("lost_packets").asDouble();
        return arrived / sum.path("seconds").asDouble();
    }

    private static JsonNode iperf(Lane lane, List<String> more) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("iperf3", "--client", lane.target, "--time", "1", "--json"));
        command.addAll(more);
        return JSON.readTree(Site.output(lane.from, command));
    }
}
