package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each kind of leftover is planted by hand; the auditor names it with its cure, and the cure cures it. */
@Tag("kernel")
class AuditTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String URL = "kernel://audited/nsm-1";
    private static TestNode node;
    private static String app;

    @BeforeAll
    static void start() {
        var host = ground.netns("node");
        app = ground.netns("app");
        node = TestNode.up(ground, "n1", host);
        node.responder(ground.netns("ep"), "ep-audited", "audited", "172.16.9.0/24");
    }

    @AfterEach
    void unplug() {
        node.disconnectAll();
    }

    private static String audit(int exit) {
        var answer = node.nsm("check", "--leftovers");
        assertThat(answer.exit()).as(answer.out() + answer.err()).isEqualTo(exit);
        return answer.out();
    }

    @Test
    void a_link_that_belongs_to_no_connection() {
        node.connect("fine", URL, app);
        assertThat(audit(0)).contains("none");
        Shell.run("ip -n %s link add left0 type bridge".formatted(app));
        Shell.run("ip -n %s link set left0 group 1853058305 alias nsm4j:1:nobody:n1".formatted(app));
        assertThat(audit(4))
                .contains("link: link left0 in the namespace with nsid", "belongs to no connection (nsm4j:1:nobody:n1)")
                .contains("ip link delete left0")
                .doesNotContain("nsm-1");
        Shell.run("ip -n %s link delete left0".formatted(app));
        audit(0);
    }

    @Test
    void a_connection_whose_link_somebody_deleted() {
        node.connect("cut", URL, app);
        Shell.run("ip -n %s link delete nsm-1".formatted(app));
        // the node may be quicker than the auditor: then there is nothing to say
        var answer = node.nsm("check", "--leftovers").out();
        assertThat(answer).containsAnyOf("has no link any more", "none");
        node.connect("cut", URL, app);
        audit(0);
        assertThat(Shell.ping(app, "172.16.9.0")).isTrue();
    }

    @Test
    void a_socket_of_a_process_that_was_killed() throws IOException {
        var socket = node.run().resolve("dead-4194305.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertThat(audit(4)).contains("socket " + socket).contains("rm " + socket);
        Files.delete(socket);
        audit(0);
    }

    @Test
    void a_connection_whose_workload_is_gone() {
        var gone = ground.netns("gone");
        node.connect("ghost", URL, gone);
        Shell.run("ip netns del " + gone);
        assertThat(audit(4)).contains("connection ghost: the network namespace", "nsm disconnect ghost");
        node.disconnect("ghost");
        audit(0);
    }
}
