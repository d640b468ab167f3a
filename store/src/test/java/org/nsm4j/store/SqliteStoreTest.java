package org.nsm4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.MemoryRegistry;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.schedule.LiveScheduler;

class SqliteStoreTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("registry.db");
    }

    @Test
    void keeps_every_field_of_endpoints_and_services_over_a_restart() {
        try (var store = SqliteStore.open(file)) {
            store.endpoints().put(Things.endpoint("gw-1"));
            store.endpoints().put(Endpoint.named("bare"));
            store.services().put(Things.service("vpn"));
            store.services().put(NetworkService.named("bare"));
        }
        try (var store = SqliteStore.open(file)) {
            assertThat(store.endpoints().load()).containsExactly(Endpoint.named("bare"), Things.endpoint("gw-1"));
            assertThat(store.services().load()).containsExactly(NetworkService.named("bare"), Things.service("vpn"));
        }
    }

    @Test
    void what_is_put_again_replaces_all_of_what_was_there_and_what_is_removed_leaves_no_row() throws SQLException {
        try (var store = SqliteStore.open(file)) {
            store.endpoints().put(Things.endpoint("gw"));
            var changed = Things.endpoint("gw").providing(List.of("mail")).withLabels(java.util.Map.of());
            store.endpoints().put(changed);
            assertThat(store.endpoints().load()).containsExactly(changed);
            store.endpoints().remove("gw");
            store.endpoints().remove("unknown");
            store.services().put(Things.service("vpn"));
            store.services().remove("vpn");
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM endpoint_services) + (SELECT count(*) FROM endpoint_labels)
                          + (SELECT count(*) FROM endpoint_path) + (SELECT count(*) FROM service_path)
                          + (SELECT count(*) FROM matches) + (SELECT count(*) FROM match_routes)
                          + (SELECT count(*) FROM match_labels)""")) {
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void only_the_owner_may_read_the_file_also_when_it_was_open_to_all_before() throws IOException {
        Files.createFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (var store = SqliteStore.open(file)) {
            store.endpoints().put(Things.endpoint("gw"));
            try (var files = Files.list(folder)) {
                for (var each : files.toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                            .as(each.toString())
                            .isEqualTo("rw-------");
                }
            }
        }
    }

    @Test
    void refuses_a_file_that_somebody_else_uses() {
        try (var store = SqliteStore.open(file)) {
            assertThatThrownBy(() -> SqliteStore.open(file))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CONFLICT))
                    .hasMessageContaining("another process uses it");
            store.endpoints().put(Things.endpoint("gw"));
        }
    }

    @Test
    void refuses_a_file_that_is_no_database_and_says_what_to_do() throws IOException {
        Files.writeString(file, "This is certainly no database.\n".repeat(400), UTF_8);
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged")
                .hasMessageContaining("start again");
        assertThat(Files.readString(file)).startsWith("This is certainly");
    }

    @Test
    void refuses_a_database_with_damaged_pages() throws IOException {
        try (var store = SqliteStore.open(file)) {
            for (int i = 0; i < 200; i++) {
                store.endpoints().put(Things.endpoint("gw-" + i));
            }
        }
        var bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, 4096, bytes.length, (byte) 0x5a);
        Files.write(file, bytes);
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void refuses_a_newer_schema_and_another_programs_database() throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE theirs (x)");
        }
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("a database of another program");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 2");
        }
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("schema version 2 (expected: at most 1");
    }

    @Test
    void refuses_a_link_and_a_folder_that_does_not_exist() throws IOException {
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no link");
        assertThatThrownBy(() -> SqliteStore.open(folder.resolve("none/registry.db")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("NoSuchFile");
    }

    @Test
    void at_its_limit_it_refuses_naming_the_file_and_changes_nothing() {
        try (var scheduler = new LiveScheduler();
                var store = SqliteStore.open(file, 200_000)) {
            var registry = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, store.endpoints());
            int[] registered = {0};
            assertThatThrownBy(() -> {
                        while (registered[0] < 100_000) {
                            registry.register(Registration.of(Things.endpoint("gw-" + registered[0])), Caller.SELF);
                            registered[0]++;
                        }
                    })
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY))
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("free space");
            assertThat(registered[0]).isGreaterThan(100);
            assertThat(registry.find(Endpoint.named(""), Caller.SELF)).hasSize(registered[0]);
            assertThat(store.endpoints().load()).hasSize(registered[0]);
            registry.unregister(Registration.of(Endpoint.named("gw-0")), Caller.SELF);
            registry.register(Registration.of(Things.endpoint("again")), Caller.SELF);
        }
    }

    @Test
    void a_store_that_is_closed_refuses() {
        var store = SqliteStore.open(file);
        store.close();
        assertThatThrownBy(() -> store.endpoints().put(Things.endpoint("gw")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("closed");
    }

    @Test
    void one_change_that_cannot_be_made_does_not_harm_those_beside_it() throws Exception {
        try (var store = SqliteStore.open(file)) {
            var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("other.db"));
            connection.createStatement().executeUpdate("CREATE TABLE numbers (number UNIQUE)");
            var outcomes = new java.util.concurrent.ConcurrentLinkedQueue<String>();
            try (var writer = new Writer(connection, e -> new Refused(Refused.Reason.UNAVAILABLE, "failed"))) {
                var tasks = new java.util.ArrayList<Thread>();
                for (int i = 0; i < 20; i++) {
                    int number = i == 7 ? 0 : i;
                    tasks.add(Thread.startVirtualThread(() -> {
                        try {
                            writer.write(each -> Rows.write(each, "INSERT INTO numbers VALUES (?)", number));
                            outcomes.add("ok");
                        } catch (Refused e) {
                            outcomes.add(e.getMessage());
                        }
                    }));
                }
                for (var task : tasks) {
                    task.join();
                }
            }
            assertThat(outcomes).filteredOn("ok"::equals).hasSize(19);
            assertThat(outcomes).filteredOn("failed"::equals).hasSize(1);
            connection.close();
        }
    }
}
