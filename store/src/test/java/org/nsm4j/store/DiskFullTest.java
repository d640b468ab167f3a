package org.nsm4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.MemoryRegistry;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.schedule.LiveScheduler;

@Tag("kernel")
class DiskFullTest {
    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=400k,mode=0700", "nsm-disk-full", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(List.of(command)).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    @Test
    void a_full_disk_is_refused_and_space_on_it_is_used_again_when_there_is_some() throws IOException {
        var file = disk.resolve("registry.db");
        var ballast = Files.write(disk.resolve("ballast"), new byte[100_000]);
        int registered = 0;
        try (var scheduler = new LiveScheduler();
                var store = SqliteStore.open(file)) {
            var registry = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, store.endpoints());
            Refused refusal = null;
            for (; refusal == null && registered < 10_000; registered++) {
                try {
                    registry.register(Registration.of(Things.endpoint("gw-" + registered)), Caller.SELF);
                } catch (Refused e) {
                    refusal = e;
                    registered--;
                }
            }
            assertThat(refusal)
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY))
                    .hasMessageContaining(file.toString());
            assertThat(registry.find(Endpoint.named(""), Caller.SELF)).hasSize(registered);
            int last = registered;
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            registry.register(Registration.of(Things.endpoint("gw-" + (last + i))), Caller.SELF);
                        }
                    })
                    .isInstanceOf(Refused.class);
            Files.delete(ballast);
            registry.register(Registration.of(Things.endpoint("gw-again")), Caller.SELF);
        }
        try (var store = SqliteStore.open(file)) {
            assertThat(store.endpoints().load())
                    .contains(Things.endpoint("gw-again"))
                    .hasSizeGreaterThan(registered);
        }
    }
}
