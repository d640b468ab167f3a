package org.nsm4j.app.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nsm4j.app.cli.Surroundings;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nsm demo} */
@Command(
        name = "demo",
        description = "Shows the main job on this host: a workload is plugged into a VPN on another node.")
public final class DemoCommand implements Callable<Integer> {
    private static final Path FOLDER = Path.of("/run/nsm-demo");
    private static final Path LOCK = Path.of("/run/nsm-demo.lock");

    @Option(names = "--keep", description = "Keep it running until Ctrl-C, to try things.")
    private boolean keep;

    private final Surroundings surroundings;

    /** For a process. */
    public DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
                || !"root".equals(System.getProperty("user.name"))) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "nsm demo: it makes network namespaces (expected: root; run it by sudo)");
        }
        try (var lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                throw new Refused(
                        Refused.Reason.CONFLICT, "nsm demo: another one runs on this host (expected: one at a time)");
            }
            return run();
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "nsm demo: cannot write %s: %s (expected: a writable /run)".formatted(LOCK, e.getMessage()),
                    e);
        }
    }

    private int run() throws InterruptedException {
        var scheduler = new LiveScheduler();
        var demo = new Demo(FOLDER, program(), scheduler, surroundings.out());
        var cleared = new AtomicBoolean();
        Runnable clear = () -> {
            if (cleared.compareAndSet(false, true)) {
                demo.close();
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(clear, "clear"));
        try {
            demo.start();
            demo.show();
            if (keep) {
                demo.suggest();
                new CountDownLatch(1).await();
            }
        } finally {
            clear.run();
        }
        surroundings.out().println();
        surroundings.out().println("Nothing is left behind. Next: sudo nsm demo --keep, or README.md.");
        return 0;
    }

    /** How this very program was started, to start it again. */
    private static List<String> program() {
        var launcher = System.getProperty("nsm.launcher", "");
        if (!launcher.isEmpty()) {
            return List.of(launcher);
        }
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("org.nsm4j.app.Nsm");
        return command;
    }
}
