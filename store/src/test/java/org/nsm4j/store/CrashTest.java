package org.nsm4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.MemoryRegistry;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.schedule.LiveScheduler;

class CrashTest {
    private static final int TASKS = 16;
    private static final int ACKNOWLEDGED = 1500;

    @TempDir
    Path folder;

    /** The program that is killed: registers and takes back from many tasks, and prints what was acknowledged. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) {
            var scheduler = new LiveScheduler();
            var store = SqliteStore.open(Path.of(arguments[0]));
            var registry = new MemoryRegistry<>(Kind.ENDPOINT, scheduler, store.endpoints());
            var out = new PrintStream(System.out, true, UTF_8);
            var tasks = new ArrayList<Thread>();
            for (int task = 0; task < TASKS; task++) {
                var prefix = "gw-" + task + "-";
                tasks.add(Thread.startVirtualThread(() -> churn(registry, prefix, out)));
            }
            for (var task : tasks) {
                try {
                    task.join();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private static void churn(MemoryRegistry<Endpoint> registry, String prefix, PrintStream out) {
            for (int i = 0; ; i++) {
                registry.register(Registration.of(Things.endpoint(prefix + i)), Caller.SELF);
                out.println("+" + prefix + i);
                if (i % 3 == 2) {
                    var gone = prefix + (i - 1);
                    out.println("?" + gone);
                    registry.unregister(Registration.of(Endpoint.named(gone)), Caller.SELF);
                    out.println("-" + gone);
                }
            }
        }
    }

    @RepeatedTest(3)
    void nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() throws IOException, InterruptedException {
        var file = folder.resolve("registry.db");
        var there = new HashSet<String>();
        var uncertain = new HashSet<String>();
        var gone = new HashSet<String>();
        var victim = start(file);
        try (var lines = new BufferedReader(new InputStreamReader(victim.getInputStream(), UTF_8))) {
            int heard = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                note(line, there, uncertain, gone);
                if (++heard == ACKNOWLEDGED) {
                    victim.toHandle().destroyForcibly(); // leaves what it has written readable
                }
            }
            assertThat(heard).isGreaterThanOrEqualTo(ACKNOWLEDGED);
        } finally {
            victim.destroyForcibly();
        }
        assertThat(victim.waitFor()).isEqualTo(128 + 9);
        try (var store = SqliteStore.open(file)) {
            var kept = store.endpoints().load();
            assertThat(kept).extracting(Endpoint::name).containsAll(there).doesNotContainAnyElementsOf(gone);
            assertThat(kept).allSatisfy(each -> assertThat(each).isEqualTo(Things.endpoint(each.name())));
            assertThat(kept.size()).isLessThanOrEqualTo(there.size() + uncertain.size() + TASKS);
        }
    }

    private static void note(String line, Set<String> there, Set<String> uncertain, Set<String> gone) {
        var name = line.substring(1);
        switch (line.charAt(0)) {
            case '+' -> there.add(name);
            case '?' -> {
                there.remove(name);
                uncertain.add(name);
            }
            case '-' -> {
                uncertain.remove(name);
                gone.add(name);
            }
            default -> throw new AssertionError("unexpected output: " + line);
        }
    }

    private static Process start(Path file) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(List.of(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        file.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
