package org.nsm4j.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.observe.Logging;

/**
 * {@code ./dev chaos [--seed N] [--minutes M] [--faults PART,…]}: real processes on the real kernel are killed, cut off, starved and meddled
 * with, in an order that the seed says, while two wires are pinged every millisecond. After each fault everything must be
 * as it was, and at the end nothing may be left. Exit code 1 where that is not so.
 */
public final class Chaos {
    private static final Path FOLDER = Path.of("/run/nsm-chaos");
    private static final Path RESULTS = Path.of("target", "bench");

    private Chaos() {}

    /** Runs for so many minutes, but each fault once at least. */
    public static void main(String[] args) throws Exception {
        Logging.start(LogLevel.ERROR, System.err);
        long seed = option(args, "--seed", new Random().nextLong(1, 1_000_000));
        var most = Duration.ofMinutes(option(args, "--minutes", 5));
        if (!"root".equals(System.getProperty("user.name"))) {
            System.err.println("chaos: it makes network namespaces (expected: root; sudo ./dev chaos)");
            System.exit(2);
        }
        System.err.printf("seed %d: ./dev chaos --seed %d repeats the order%n", seed, seed);
        var site = new Site(FOLDER);
        var figures = new Figures("chaos");
        var run = new ChaosRun(site, figures, new Random(seed));
        var cleared = new AtomicBoolean();
        Runnable clear = () -> {
            if (cleared.compareAndSet(false, true)) {
                run.close();
                site.close();
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(clear, "clear"));
        boolean well;
        try {
            run.build();
            well = run.run(most, faults(args));
        } finally {
            clear.run();
        }
        figures.print();
        figures.write(RESULTS);
        System.exit(well ? 0 : 1);
    }

    /** Parts of faults' names; none means all faults. */
    private static List<String> faults(String[] args) {
        int at = List.of(args).indexOf("--faults");
        return at < 0 || at + 1 == args.length ? List.of() : List.of(args[at + 1].split(","));
    }

    private static long option(String[] args, String name, long otherwise) {
        int at = List.of(args).indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        if (at + 1 == args.length || !args[at + 1].matches("[0-9]{1,9}")) {
            System.err.println("chaos: %s (expected: a number after it)".formatted(name));
            System.exit(2);
        }
        return Long.parseLong(args[at + 1]);
    }
}
