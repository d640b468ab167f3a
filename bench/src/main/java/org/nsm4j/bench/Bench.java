package org.nsm4j.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.observe.Logging;

/** {@code ./dev bench [NAME…]}: runs benchmarks, one after another; without a name all of them. */
public final class Bench {
    private static final Path FOLDER = Path.of("/run/nsm-bench");
    private static final Path RESULTS = Path.of("target", "bench");

    /** Those that need neither namespaces nor nodes. */
    private static final Set<String> IN_PROCESS = Set.of("trust");

    private Bench() {}

    /** A benchmark: it measures on a fresh site, and says what it found. */
    @FunctionalInterface
    interface Benchmark {
        void run(Site site, Figures figures) throws Exception;
    }

    /** Runs the benchmarks of these names. */
    public static void main(String[] args) throws Exception {
        Logging.start(LogLevel.ERROR, System.err);
        Map<String, Benchmark> all = new LinkedHashMap<>();
        all.put("setup", (site, figures) -> new SetupBench(site, figures).run());
        all.put("wire", (site, figures) -> new WireBench(site, figures).run());
        all.put("life", (site, figures) -> new LifeBench(site, figures).run());
        all.put("start", (site, figures) -> new StartBench(site, figures).run());
        all.put("trust", (_, figures) -> new TrustBench(figures).run());
        var names = args.length == 0 ? List.copyOf(all.keySet()) : List.of(args);
        for (var name : names) {
            if (!all.containsKey(name)) {
                System.err.printf("bench: %s (expected: some of %s)%n", name, String.join(", ", all.keySet()));
                System.exit(2);
            }
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            System.err.println("bench: it makes network namespaces (expected: root; sudo ./dev bench)");
            System.exit(2);
        }
        for (var name : names) {
            run(name, Objects.requireNonNull(all.get(name), name));
        }
        System.exit(0);
    }

    private static void run(String name, Benchmark benchmark) throws Exception {
        var site = new Site(FOLDER);
        var cleared = new AtomicBoolean();
        Runnable clear = () -> {
            if (cleared.compareAndSet(false, true)) {
                site.close();
            }
        };
        var hook = new Thread(clear, "clear");
        Runtime.getRuntime().addShutdownHook(hook);
        var figures = new Figures(name);
        try {
            if (!IN_PROCESS.contains(name)) {
                site.build();
            }
            benchmark.run(site, figures);
        } finally {
            // the hook stays: when the program is being ended it runs already, and clearing twice does nothing
            clear.run();
        }
        figures.print();
        figures.write(RESULTS);
    }
}
