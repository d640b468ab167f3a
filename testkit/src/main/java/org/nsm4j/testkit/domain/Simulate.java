package org.nsm4j.testkit.domain;

import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code ./dev simulate}: the {@link Scenario} under many seeds, or a client that connects and closes many times.
 *
 * <pre>{@code
 * ./dev simulate --seeds 100000
 * ./dev simulate --seeds 1 --from 4711     # one seed again
 * ./dev simulate --cycles 1000000
 * }</pre>
 */
public final class Simulate {
    private static final int PROGRESS = 1000;

    private Simulate() {}

    /** Ends with 1 at the first seed that fails, and prints how to see it again; with 2 where an option is wrong. */
    public static void main(String[] args) {
        Logger.getLogger("org.nsm4j.core").setLevel(Level.OFF);
        try {
            long cycles = option(args, "--cycles", 0);
            if (cycles > 0) {
                cycle(cycles);
            } else {
                long from = option(args, "--from", 0);
                seeds(from, from + option(args, "--seeds", PROGRESS));
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            System.err.println("usage: ./dev simulate [--seeds N] [--from S] [--cycles N]");
            System.exit(2);
        }
    }

    private static long option(String[] args, String name, long otherwise) {
        int at = List.of(args).indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(args[at + 1]);
    }

    private static void seeds(long from, long to) {
        long start = System.nanoTime();
        for (long seed = from; seed < to; seed++) {
            try {
                Scenario.run(seed);
            } catch (AssertionError | RuntimeException e) {
                e.printStackTrace();
                System.out.printf("seed %d failed; again: ./dev simulate --seeds 1 --from %d%n", seed, seed);
                System.exit(1);
            }
            long done = seed - from + 1;
            if (done % PROGRESS == 0) {
                System.out.printf("%d seeds, %d a second%n", done, done * 1_000_000_000L / (System.nanoTime() - start));
            }
        }
        System.out.printf("%d seeds from %d: every invariant held%n", to - from, from);
    }

    /** One client of each service connects and closes; what the heap holds afterwards is printed now and then. */
    private static void cycle(long cycles) {
        try (var domain = new SimulatedDomain(1)) {
            var scheduler = domain.scheduler();
            var clients = List.of(
                    domain.client("client-1", "node-1"), domain.client("client-2", "node-1", SimulatedDomain.CHAINED));
            long every = Math.max(1, cycles / 10);
            for (long i = 1; i <= cycles; i++) {
                var client = clients.get((int) (i % clients.size()));
                client.connect();
                scheduler.runUntil(client::isConnected, Duration.ofMinutes(1));
                client.disconnect();
                scheduler.runUntil(client::isDone, Duration.ofMinutes(1));
                if (i % every == 0) {
                    System.gc();
                    var memory = Runtime.getRuntime();
                    System.out.printf(
                            "%d cycles: %d KiB in use%n", i, (memory.totalMemory() - memory.freeMemory()) >> 10);
                }
            }
        }
    }
}
