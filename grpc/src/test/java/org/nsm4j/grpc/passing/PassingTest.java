package org.nsm4j.grpc.passing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.linux.socket.FileHandle;

/** Namespaces that travel with requests and answers, over real sockets with mutual TLS. */
@Timeout(60)
class PassingTest {
    private static final String OWN = "file:///proc/self/ns/net";

    private final Sides sides = new Sides();
    private final TestAuthority authority = new TestAuthority("nsm.local");
    private final int before = openNamespaces();

    @AfterEach
    void nothing_stays_open() throws Exception {
        sides.close();
        assertThat(openNamespaces()).as("namespaces that are still open").isEqualTo(before);
    }

    private static int openNamespaces() {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.filter(PassingTest::isNamespace).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isNamespace(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().matches("(net|uts|ipc|mnt|user|cgroup):.*");
        } catch (IOException e) {
            return false; // the one by which the folder is read
        }
    }

    private static String inode(String path) {
        try (var file = FileHandle.at(path)) {
            return InodeUrl.of(file.identity()).toString();
        }
    }

    private static Request asking(String... namespaces) {
        var preferences = new ArrayList<Mechanism>();
        for (var each : namespaces) {
            preferences.add(new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, each)));
        }
        return requestFor("vpn").offering(preferences);
    }

    /** Takes the first mechanism that is offered, as endpoints and forwarders do. */
    private static Connection accepted(Request request) {
        return request.connection().withMechanism(request.preferences().getFirst());
    }

    private static String namespaceOf(Connection connection) {
        return Objects.requireNonNull(connection.mechanism())
                .parameter(Mechanism.INODE_URL)
                .orElseThrow();
    }

    private Url serve(Passing passing, BiFunction<Request, Caller, Connection> answer) {
        var builder = sides.secure(new TestIdentity(authority.identity("/server")));
        return sides.serve(builder.passing(passing).requests(new Requests() {
            @Override
            public Connection request(Request request, Caller caller) {
                return answer.apply(request, caller);
            }

            @Override
            public void close(Connection connection, Caller caller) {}
        }));
    }

    private Hop hop(Passing passing, Url url) {
        return new GrpcHops(sides.secureClient(new TestIdentity(authority.identity("/client")), passing)).at(url);
    }

    @Test
    void a_namespace_that_is_named_by_path_arrives_as_a_file_and_is_answered_by_path() {
        var seen = new ArrayList<String>();
        var url = serve(Passing.onlyFiles(), (request, caller) -> {
            var sent = request.preferences()
                    .getFirst()
                    .parameter(Mechanism.INODE_URL)
                    .orElseThrow();
            var path = caller.files().file(sent).flatMap(PassedFiles.File::path).orElseThrow();
            seen.add(sent);
            seen.add(inode(path));
            return accepted(request);
        });
        var hop = hop(Passing.everything(), url);
        for (int round = 1; round <= 3; round++) {
            var answer = hop.request(asking(OWN), soon(), _ -> {});
            assertThat(namespaceOf(answer)).isEqualTo(OWN);
            assertThat(openNamespaces()).isEqualTo(before);
        }
        assertThat(seen).hasSize(6).containsOnly(inode("/proc/self/ns/net"));
    }

    @Test
    void without_being_told_to_pass_paths_a_path_stays_a_path() {
        var url = serve(Passing.everything(), (request, caller) -> accepted(request));
        assertThat(namespaceOf(hop(Passing.onlyFiles(), url).request(asking(OWN), soon(), _ -> {})))
                .isEqualTo(OWN);
    }

    @Test
    void a_hop_in_between_passes_on_what_it_was_passed() {
        var seen = new ArrayList<String>();
        var last = serve(Passing.onlyFiles(), (request, caller) -> {
            var sent = request.preferences()
                    .getFirst()
                    .parameter(Mechanism.INODE_URL)
                    .orElseThrow();
            seen.add(inode(
                    caller.files().file(sent).flatMap(PassedFiles.File::path).orElseThrow()));
            return accepted(request);
        });
        var next = hop(Passing.onlyFiles(), last);
        var middle =
                serve(Passing.onlyFiles(), (request, caller) -> next.request(request, caller.files(), soon(), _ -> {}));
        var answer = hop(Passing.everything(), middle).request(asking(OWN), soon(), _ -> {});
        assertThat(namespaceOf(answer)).isEqualTo(OWN);
        assertThat(seen).containsExactly(inode("/proc/self/ns/net"));
    }

    @Test
    void an_answer_brings_a_namespace_along() {
        var url = serve(Passing.everything(), (request, caller) -> accepted(asking(OWN)));
        try (var files = new PassedFiles()) {
            var answer = hop(Passing.onlyFiles(), url).request(requestFor("vpn"), files, soon(), _ -> {});
            var path = files.file(namespaceOf(answer))
                    .flatMap(PassedFiles.File::path)
                    .orElseThrow();
            assertThat(inode(path)).isEqualTo(namespaceOf(answer)).isEqualTo(inode("/proc/self/ns/net"));
        }
    }

    @Test
    void a_url_whose_file_is_not_here_any_more_is_not_sent_for_the_other_side_would_wait_for_it() {
        var url = serve(Passing.onlyFiles(), (request, caller) -> {
            assertThat(request.preferences().getFirst().parameter(Mechanism.INODE_URL))
                    .isEmpty();
            return accepted(asking(OWN));
        });
        assertThat(namespaceOf(hop(Passing.onlyFiles(), url).request(asking("inode://4/17"), soon(), _ -> {})))
                .isEqualTo(OWN);
    }

    @Test
    void a_file_that_does_not_come_is_waited_for_until_the_time_is_up() {
        var url = serve(Passing.onlyFiles(), (request, caller) -> accepted(request));
        try (var files = new PassedFiles()) {
            files.add("inode://4/17", file("/proc/self/ns/net")); // another one than the URL stands for
            var hop = hop(Passing.onlyFiles(), url);
            assertThatThrownBy(() -> hop.request(
                            asking("inode://4/17"), files, Instant.now().plusMillis(500), _ -> {}))
                    .isInstanceOf(Refused.class);
        }
        assertThat(openNamespaces()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void what_is_no_namespace_is_refused_before_anything_is_done_with_it() {
        var asked = new AtomicInteger();
        var url = serve(Passing.onlyFiles(), (request, caller) -> {
            asked.incrementAndGet();
            return accepted(request);
        });
        try (var files = new PassedFiles()) {
            files.add(inode("/dev/zero"), file("/dev/zero"));
            assertThatThrownBy(() ->
                            hop(Passing.onlyFiles(), url).request(asking(inode("/dev/zero")), files, soon(), _ -> {}))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID))
                    .hasMessageContaining("the file that came is something else (expected: a network namespace)");
        }
        assertThat(asked).hasValue(0);
    }

    private static PassedFiles.File file(String path) {
        return new PassedFiles.File() {
            @Override
            public Optional<String> path() {
                return Optional.of(path);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void one_message_brings_so_many_files_and_no_more() {
        var url = serve(Passing.onlyFiles(), (request, caller) -> accepted(request));
        var many = new String[9];
        try (var files = new PassedFiles()) {
            for (int i = 0; i < many.length; i++) {
                many[i] = "inode://4/" + (i + 1);
                files.add(many[i], file("/proc/self/ns/net"));
            }
            assertThatThrownBy(() -> hop(Passing.onlyFiles(), url).request(asking(many), files, soon(), _ -> {}))
                    .hasMessageContaining("files with one message: 9 (expected: at most 8)");
        }
    }

    @Test
    void files_that_nobody_asks_for_are_closed_with_the_connection_at_the_latest() throws Exception {
        var url = serve(
                Passing.onlyFiles(), (request, caller) -> requestFor("vpn").connection());
        try (var files = new PassedFiles()) {
            var hop = hop(Passing.everything(), url);
            // answers that bring a file which their caller does not want
            var bringing = serve(Passing.everything(), (request, caller) -> accepted(asking(OWN)));
            hop(Passing.onlyFiles(), bringing).request(requestFor("vpn"), soon(), _ -> {});
            assertThat(openNamespaces()).isEqualTo(before + 1);
            hop.request(asking(OWN), files, soon(), _ -> {});
            assertThat(openNamespaces()).isEqualTo(before + 1);
        }
    }

    @Test
    void many_calls_at_once_each_get_their_own_file_and_no_byte_is_lost() throws Exception {
        var kinds = List.of("net", "uts", "ipc", "mnt", "user", "cgroup");
        var url = serve(Passing.onlyFiles(), (request, caller) -> {
            var sent = request.preferences()
                    .getFirst()
                    .parameter(Mechanism.INODE_URL)
                    .orElseThrow();
            var path = caller.files().file(sent).flatMap(PassedFiles.File::path).orElseThrow();
            assertThat(inode(path)).isEqualTo(sent);
            return accepted(request);
        });
        var bulk = "x".repeat(60_000);
        var hops = List.of(hop(Passing.everything(), url), hop(Passing.everything(), url));
        var tasks = new ArrayList<Callable<String>>();
        for (int i = 0; i < 240; i++) {
            var own = "file:///proc/self/ns/" + kinds.get(i % kinds.size());
            var hop = hops.get(i % hops.size());
            var number = Integer.toString(i);
            tasks.add(() -> {
                var answer = hop.request(
                        asking(own).with(c -> c.withLabels(Map.of("number", number, "bulk", bulk))), soon(), _ -> {});
                return namespaceOf(answer).equals(own)
                                && bulk.equals(answer.labels().get("bulk"))
                        ? String.valueOf(answer.labels().get("number"))
                        : "wrong: " + namespaceOf(answer);
            });
        }
        try (var threads = Executors.newFixedThreadPool(16)) {
            var numbers = threads.invokeAll(tasks).stream()
                    .map(future -> {
                        try {
                            return future.get();
                        } catch (Exception e) {
                            return e.toString();
                        }
                    })
                    .collect(Collectors.toSet());
            assertThat(numbers).filteredOn(each -> !each.matches("[0-9]+")).isEmpty();
            assertThat(numbers).hasSize(240);
        }
        assertThat(openNamespaces()).isEqualTo(before);
    }
}
