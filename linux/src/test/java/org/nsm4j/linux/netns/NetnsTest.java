package org.nsm4j.linux.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.net.Network;

@Tag("kernel")
final class NetnsTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @Test
    void a_named_namespace_is_what_ip_netns_lists_and_is_gone_after_deletion() {
        Netns netns = namespaces.create("named");
        String name = Namespaces.nameOf(netns);

        assertThat(NamedNetns.list()).contains(name);
        assertThat(Namespaces.inside(netns, "ip -br link")).startsWith("lo ");
        assertThat(NamedNetns.delete(name)).isTrue();
        assertThat(NamedNetns.list()).doesNotContain(name);
        assertThat(NamedNetns.delete(name)).isFalse();
    }

    @Test
    void the_same_namespace_is_known_again_by_path_descriptor_and_cookie() {
        Netns one = namespaces.create("same");
        Netns two = namespaces.create("same");
        try (OpenNetns byPath = one.open();
                OpenNetns byDescriptor = Netns.ofDescriptor(byPath.number()).open();
                OpenNetns other = two.open()) {
            assertThat(byPath.sameAs(byDescriptor)).isTrue();
            assertThat(byPath.sameAs(other)).isFalse();
            assertThat(byPath.cookie()).isEqualTo(byDescriptor.cookie()).isNotEqualTo(other.cookie());
            try (Network network = Network.open(one)) {
                assertThat(network.cookie()).isEqualTo(byPath.cookie());
            }
        }
    }

    @Test
    void the_namespace_of_this_process_is_the_nodes() {
        try (OpenNetns node = Netns.node().open();
                OpenNetns self = Netns.ofProcess(ProcessHandle.current().pid()).open();
                OpenNetns current = Netns.current().open()) {
            assertThat(self.sameAs(node)).isTrue();
            assertThat(current.sameAs(node)).isTrue();
        }
    }

    @Test
    void what_is_no_network_namespace_is_refused_with_what_was_expected() {
        assertThatThrownBy(() -> Netns.named("nobody-made-this").open())
                .hasMessage("cannot open netns /run/netns/nobody-made-this: ENOENT (no such file or object)");
        assertThatThrownBy(() -> Netns.at(Path.of("/proc/self/status")).open())
                .hasMessageContaining("expected: a file of a network namespace");
        assertThatThrownBy(() -> Netns.at(Path.of("/proc/self/ns/uts")).open())
                .hasMessageContaining("a namespace of another kind (expected: a network namespace)");
        assertThatThrownBy(() -> Netns.named("../etc")).hasMessageContaining("expected: a file name");
    }

    @Test
    void bystanders_stay_in_the_nodes_namespace_while_others_enter_theirs() throws Exception {
        Netns netns = namespaces.create("gate");
        Path own = Path.of("/proc/thread-self/ns/net");
        Path node = Files.readSymbolicLink(own);
        Path inside = netns.inside(() -> {
            try {
                return Files.readSymbolicLink(own);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Callable<Path> bystander = () -> Files.readSymbolicLink(own);
        Callable<Path> visitor = () -> {
            Network.open(netns).close();
            return Files.readSymbolicLink(own);
        };

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Stream<Callable<Path>> work = IntStream.range(0, 400).mapToObj(i -> i % 2 == 0 ? bystander : visitor);
            assertThat(threads.invokeAll(work.toList())).extracting(Future::get).containsOnly(node);
        }
        assertThat(inside).isNotEqualTo(node);
    }

    @Test
    void an_exception_inside_comes_out_and_the_gate_goes_home() {
        Netns netns = namespaces.create("gate");

        assertThatThrownBy(() -> netns.inside(() -> {
                    throw new IllegalArgumentException("from within");
                }))
                .hasMessage("from within");

        long home = netns.inside(() -> 1L);
        assertThat(home).isEqualTo(1);
        try (Network node = Network.ofNode();
                OpenNetns open = Netns.node().open()) {
            assertThat(node.cookie()).isEqualTo(open.cookie());
        }
    }

    @Test
    void a_setting_is_read_and_written_in_its_own_namespace_only() {
        Netns one = namespaces.create("sysctl");
        Netns two = namespaces.create("sysctl");
        try (OpenNetns openOne = one.open();
                OpenNetns openTwo = two.open()) {
            Sysctl.write(openOne, "net/ipv4/ip_forward", "1");

            assertThat(Sysctl.read(openOne, "net/ipv4/ip_forward")).isEqualTo("1");
            assertThat(Sysctl.read(openTwo, "net/ipv4/ip_forward")).isEqualTo("0");
            KernelRefused refused = catchThrowableOfType(
                    KernelRefused.class, () -> Sysctl.write(openOne, "net/ipv6/conf/nobody/disable_ipv6", "1"));
            assertThat(refused.errno()).isEqualTo(Errno.ENOENT);
            assertThat(refused)
                    .hasMessageContaining("net/ipv6/conf/nobody/disable_ipv6")
                    .hasMessageContaining(one.path());
            assertThatThrownBy(() -> Sysctl.read(openOne, "net/../kernel/hostname"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nothing_stays_open_after_work_in_a_namespace() throws IOException {
        Netns netns = namespaces.create("leak");
        work(netns);
        long before = openNamespacesAndNetlinkSockets();
        for (int i = 0; i < 50; i++) {
            work(netns);
        }
        assertThat(openNamespacesAndNetlinkSockets()).isEqualTo(before);
    }

    @Test
    void too_many_open_files_are_said_to_be_that_and_how_to_have_more() {
        Netns netns = namespaces.create("files");
        work(netns);
        List<Integer> hogs = new ArrayList<>();
        Throwable thrown;
        try {
            int fd;
            while ((fd = Libc.duplicate(0)) >= 0) {
                hogs.add(fd);
            }
            Libc.close(hogs.removeLast());
            // One is left for the namespace, none for the socket in it.
            thrown = catchThrowable(() -> Network.open(netns));
        } finally {
            hogs.forEach(Libc::close);
        }

        assertThat(thrown)
                .hasMessage("cannot open a netlink socket in netns %s: EMFILE (this process has too many open files"
                                .formatted(netns)
                        + " (expected: a higher limit, ulimit -n or LimitNOFILE=))");
        work(netns);
    }

    @Test
    void a_closed_descriptor_is_refused_rather_than_mistaken_for_another_file() {
        Descriptor descriptor = Descriptor.owning(Netns.node().open().release());
        OpenNetns netns = OpenNetns.owning(descriptor);
        netns.close();
        netns.close();
        assertThatThrownBy(netns::number).hasMessageContaining("descriptor is closed");
    }

    private static void work(Netns netns) {
        try (OpenNetns open = netns.open();
                Network network = Network.open(open)) {
            network.links();
            open.cookie();
        }
        try {
            Netns.at(Path.of("/proc/self/ns/uts")).open();
        } catch (KernelRefused expected) {
            assertThat(expected.errno()).isEqualTo(Errno.EINVAL);
        }
    }

    private static long openNamespacesAndNetlinkSockets() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(file -> {
                        try {
                            String target = Files.readSymbolicLink(file).toString();
                            return target.startsWith("net:")
                                    || target.startsWith("socket:")
                                    || target.startsWith("uts:");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
