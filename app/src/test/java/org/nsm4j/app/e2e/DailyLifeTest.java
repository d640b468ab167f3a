package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.socket.ChannelsInside;

/** Who may do what, what is where, and what a host is asked for beside connect and disconnect. */
@Tag("kernel")
class DailyLifeTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://icmp-responder/nsm-1";
    private static TestNode node;
    private static String app;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        var endpoint = ground.netns("ep");
        app = ground.netns("app");
        Shell.run("ip -n %s link add eth9 type veth peer name eth8".formatted(host));
        Shell.run("ip -n %s addr add 192.168.60.1/24 dev eth9".formatted(host));
        node = TestNode.up(ground, "n1", host, "--prometheus-listen-on", "127.0.0.1:9464");
        node.responder(endpoint, "ep1", "icmp-responder", "172.16.5.0/24");
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    @Test
    void the_admin_socket_and_the_state_are_root_s_alone() throws IOException {
        node.connect("modes", URL, app);
        assertThat(mode(node.state())).isEqualTo("rwx------");
        assertThat(mode(node.run())).isEqualTo("rwxr-xr-x");
        assertThat(mode(node.socket())).isEqualTo("rw-------");
        assertThat(Shell.run("find " + node.state() + " -type f ! -name identity.yaml -perm /077"))
                .isEmpty();

        Files.setPosixFilePermissions(node.run().getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        var nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups test -w ";
        assertThat(Shell.attempt(nobody + node.run().resolve("identity.sock")).exit())
                .isZero();
        assertThat(Shell.attempt(nobody + node.socket()).exit()).isEqualTo(1);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void each_connect_and_close_leaves_an_audit_line() {
        node.connect("audited", URL, app);
        node.disconnect("audited");
        node.nsm("connect", "kernel://nowhere/nsm-1", "--netns", app, "--name", "refused-one");
        var who = " uid=0 gid=0 pid=" + ProcessHandle.current().pid() + " outcome=";
        assertThat(node.process().log())
                .contains("audit: connect audited url=" + URL + who + "done")
                .contains("audit: close audited" + who + "done")
                .contains("audit: connect refused-one url=kernel://nowhere/nsm-1" + who + "refused reason=NOT_FOUND");
    }

    @Test
    void the_host_itself_is_plugged_at_root_s_word_and_its_links_stay_as_they_are() {
        var before = KernelState.of(ground.namespaces());
        var links = Shell.inside(node.netns(), "ip -d addr show dev eth9");

        var answer = node.nsm("connect", URL, "--netns", "host", "--name", "hosted");
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.err()).contains("warning: this plugs the host itself");
        assertThat(Shell.ping(node.netns(), "172.16.5.0")).isTrue();
        assertThat(Shell.inside(node.netns(), "ip -d addr show dev eth9")).isEqualTo(links);
        node.disconnect("hosted");
        before.awaitAgain();

        var taken = node.nsm("connect", "kernel://icmp-responder/eth9", "--netns", "host");
        assertThat(taken.exit()).isEqualTo(1);
        assertThat(taken.err()).contains("eth9").contains("expected");
        // the node's namespace under a path of its own is no workload's
        var disguised = node.nsm("connect", URL, "--netns", node.netns());
        assertThat(disguised.exit()).isEqualTo(1);
        assertThat(disguised.err()).contains("--netns host").contains("NOT_AUTHORIZED");
        var init =
                node.nsm("connect", URL, "--pid", Long.toString(node.process().pid()));
        assertThat(init.exit()).isEqualTo(1);
        assertThat(init.err()).contains("--netns host").contains("NOT_AUTHORIZED");
        before.awaitAgain();
    }

    @Test
    void a_workload_is_found_by_its_process() {
        var before = KernelState.of(ground.namespaces());
        var workload = ground.start(app, "workload", Map.of(), List.of("sleep", "1000"));
        var answer = node.nsm("connect", URL, "--pid", Long.toString(workload.pid()));
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("connected pid" + workload.pid() + "-0: nsm-1");
        assertThat(Shell.ping(app, "172.16.5.0")).isTrue();
        workload.close();
        node.disconnect("pid" + workload.pid() + "-0");
        before.awaitAgain();
    }

    @Test
    void a_declared_connection_comes_when_its_namespace_does() {
        var before = KernelState.of(ground.namespaces());
        var name = "nsme2e-%d-declared".formatted(ProcessHandle.current().pid());
        var manifest = """
                apiVersion: nsm4j.org/v1
                kind: Connection
                metadata: {name: declared}
                spec: {url: "%s", netns: %s}
                """.formatted(URL, name);
        assertThat(node.apply(manifest).out()).contains("connection/declared created");
        assertThat(node.apply(manifest).out()).contains("connection/declared unchanged");
        Eventually.until(
                "the trouble to be told",
                () -> node.nsm("describe", "connection", "declared").out().contains("ip netns list"));

        var there = ground.netnsNamed(name);
        Eventually.until(
                "the wire",
                () -> Shell.ping(there, "172.16.5.0"),
                () -> node.process().log());
        node.disconnect("declared");
        before.awaitAgain();
    }

    @Test
    void tells_its_figures() throws IOException {
        node.connect("counted", URL, app);
        assertThat(metrics())
                .contains("nsm_connections{role=\"forwarder\"} 1.0")
                .contains("nsm_registry_entries{kind=\"service\"}")
                .contains("nsm_certificate_expiry_timestamp_seconds")
                .containsPattern("nsm_requests_total\\{.*role=\"manager\".*\\}");
        node.disconnect("counted");
        assertThat(metrics()).contains("nsm_connections{role=\"forwarder\"} 0.0");
    }

    private static String metrics() throws IOException {
        try (var netns = Netns.named(node.netns()).open();
                var channel = ChannelsInside.stream(netns)) {
            channel.connect(new InetSocketAddress("127.0.0.1", 9464));
            channel.write(ByteBuffer.wrap("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            var text = new StringBuilder();
            var buffer = ByteBuffer.allocate(65_536);
            while (channel.read(buffer) >= 0) {
                text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
                buffer.clear();
            }
            return text.toString();
        }
    }
}
