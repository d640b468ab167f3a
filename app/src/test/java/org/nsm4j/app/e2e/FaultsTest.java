package org.nsm4j.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a host may lack: each time the error names the hop and the cure, and kernel and registry are as before. */
@Tag("kernel")
class FaultsTest {
    @RegisterExtension
    static final Ground ground = new Ground();

    private static final String FOUR = "kernel://four/nsm-1";
    private static final String BOTH = "kernel://both/nsm-1";
    /** Runs a program in a mount namespace of its own, whose /proc/sys is read-only as in a container. */
    private static final List<String> READ_ONLY_SYSCTLS = within("mount -o bind,ro /proc/sys /proc/sys");

    private static String endpoint;
    private static String app;

    @BeforeAll
    static void start() {
        endpoint = ground.netns("ep");
        app = ground.netns("app");
    }

    private static List<String> within(String mounts) {
        return List.of("unshare", "--mount", "sh", "-c", mounts + " && exec \"$@\"", "sh");
    }

    private static void refuses(TestNode node, String url, String... words) {
        var before = KernelState.of(ground.namespaces());
        var entries = node.entries();
        var answer = node.nsm("connect", url, "--netns", app, "--name", "refused");
        assertThat(answer.err()).contains(words).doesNotContain("\tat ");
        assertThat(answer.exit()).isEqualTo(1);
        before.awaitAgain();
        assertThat(node.entries()).isEqualTo(entries);
    }

    private static void connects(TestNode node, String url) {
        var before = KernelState.of(ground.namespaces());
        node.connect("plain", url, app);
        try {
            var peer = node.peerOf("plain");
            assertThat(Shell.ping(app, peer))
                    .as("%s\n%s", peer, Shell.inside(app, "ip addr"))
                    .isTrue();
        } finally {
            node.disconnect("plain");
        }
        before.awaitAgain();
    }

    @Test
    void too_few_file_descriptors() {
        var node = TestNode.up(ground, "n1", ground.netns("node"));
        node.responder(endpoint, "ep1", "four", "172.16.5.0/24");
        connects(node, FOUR);
        long pid = node.process().pid();
        var usual =
                Shell.run("prlimit --noheadings --nofile -o SOFT --pid " + pid).strip();
        var told = new StringBuilder();
        try {
            // the first round only loads the classes that refuse, since here each is a file that has to be opened
            squeeze(node, usual, node::disconnectAll);
            squeeze(
                            node,
                            usual,
                            () -> assertThat(node.nsm("get", "connections", "-o", "name")
                                            .out())
                                    .isEmpty())
                    .forEach(answer -> told.append(answer.err()));
        } finally {
            limit(node, usual);
        }
        assertThat(told.toString()).contains("refused by n1-forwarder: cannot open", "LimitNOFILE", "NO_CAPACITY");
        connects(node, FOUR);
        node.process().close();
    }

    /** Connects with room for more and more descriptors, and returns what did not work; that left nothing behind. */
    private static List<TestNode.Answer> squeeze(TestNode node, String usual, Runnable afterRefusal) {
        var refusals = new ArrayList<TestNode.Answer>();
        for (int room = 2; room < 10; room++) {
            limit(node, String.valueOf(descriptors(node.process().pid()) + room));
            var before = KernelState.of(ground.namespaces());
            var answer = node.nsm("connect", FOUR, "--netns", app, "--name", "squeezed");
            limit(node, usual);
            if (answer.exit() == 0) {
                node.disconnect("squeezed");
            } else {
                assertThat(answer.exit()).as(answer.err()).isEqualTo(1);
                refusals.add(answer);
                afterRefusal.run();
            }
            before.awaitAgain();
        }
        return refusals;
    }

    private static void limit(TestNode node, String descriptors) {
        Shell.run("prlimit --nofile=%s: --pid %d"
                .formatted(descriptors, node.process().pid()));
    }

    private static long descriptors(long pid) {
        return Shell.run("ls /proc/%d/fd".formatted(pid)).lines().count();
    }

    @Test
    void kernel_settings_that_are_read_only() {
        var node = TestNode.upWithin(ground, READ_ONLY_SYSCTLS, "n2", ground.netns("node"));
        node.responder(endpoint, "ep2", "four", "172.16.6.0/24");
        node.responder(endpoint, "ep3", "both", "172.16.7.0/24,fd00:7::/112");
        connects(node, FOUR);
        connects(node, BOTH); // nothing has to be set where the workload has IPv6
        Shell.inside(app, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        try {
            connects(node, FOUR);
            refuses(
                    node,
                    BOTH,
                    "by n2-forwarder",
                    "/proc/sys/net/ipv6/conf/",
                    "EROFS",
                    "expected: net.ipv6.conf.all.disable_ipv6=0 there");
        } finally {
            Shell.inside(app, "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
        }
        node.process().close();
    }

    @Test
    void a_state_folder_on_a_disk_that_is_full() {
        var disk = ground.folder();
        Shell.run("mount -t tmpfs -o size=2m nsme2e " + disk);
        try {
            var node = TestNode.upAt(ground, disk.resolve("state"), "n3", ground.netns("node"));
            node.responder(endpoint, "ep4", "four", "172.16.8.0/24");
            connects(node, FOUR);

            var filler = disk.resolve("filler");
            assertThat(Shell.attempt("dd if=/dev/zero bs=4096 of=" + filler).text())
                    .contains("No space left on device");
            refuses(
                    node,
                    FOUR,
                    "cannot keep connection refused in " + node.state(),
                    "No space left",
                    "expected: space");
            var service = node.apply("""
                    apiVersion: networkservicemesh.io/v1
                    kind: NetworkService
                    metadata: {name: one-more}
                    spec: {payload: IP}
                    """);
            assertThat(service.exit()).isEqualTo(1);
            assertThat(service.err()).contains("NO_CAPACITY").containsIgnoringCase("full");
            assertThat(node.entries()).doesNotContain("one-more");

            delete(filler);
            connects(node, FOUR);
            node.process().close();
        } finally {
            Shell.run("umount --lazy " + disk);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
