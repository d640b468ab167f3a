package org.nsm4j.functions.vpn;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Tun;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.process.PidFd;
import org.nsm4j.linux.wireguard.UserspaceWireguard;

/**
 * The wireguard-go that carries a link where the kernel cannot. It runs in a session of its own, on a TUN that stays
 * without it: it outlives us, and a new one takes over where it ended.
 */
final class WireguardProgram {
    private static final String PROGRAM = "wireguard-go";
    private static final Duration STEP = Duration.ofMillis(2);
    private static final int STEPS = 2500;

    private final Netns netns;
    private final String link;
    private final Scheduler scheduler;

    WireguardProgram(Netns netns, String link, Scheduler scheduler) {
        this.netns = netns;
        this.link = link;
        this.scheduler = scheduler;
    }

    /** Starts it unless it runs. */
    ProcessHandle start() {
        var running = find();
        if (running.isPresent()) {
            return answering(running.get());
        }
        if (UserspaceWireguard.answers(link)) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "tunnel: another program answers at %s (expected: nobody, or %s %s in %s)"
                            .formatted(UserspaceWireguard.socket(link), PROGRAM, link, netns));
        }
        return startAgain();
    }

    /** Starts it, now that it is known to have ended: packets are waiting, and nobody looks through all processes first. */
    ProcessHandle startAgain() {
        makeTun();
        return answering(launch());
    }

    private ProcessHandle answering(ProcessHandle process) {
        for (int step = 0; step < STEPS; step++) {
            if (UserspaceWireguard.answers(link)) {
                return process;
            }
            if (!process.isAlive()) {
                throw notOpen("ended at once");
            }
            scheduler.pause(STEP);
        }
        throw notOpen(
                "did not answer within %d s".formatted(STEP.multipliedBy(STEPS).toSeconds()));
    }

    private Refused notOpen(String what) {
        return new Refused(
                Refused.Reason.UNAVAILABLE,
                "tunnel: %s %s %s (expected: that it opens %s; LOG_LEVEL=debug %s -f %s tells more)"
                        .formatted(PROGRAM, link, what, UserspaceWireguard.socket(link), PROGRAM, link));
    }

    private void makeTun() {
        try (var open = netns.open();
                var tun = Tun.open(open, Tun.Mode.TUN, link)) {
            tun.persistent(true);
        } catch (KernelRefused e) {
            throw new Refused(
                    e.is(Errno.EBUSY, Errno.EINVAL) ? Refused.Reason.CONFLICT : Refused.Reason.UNAVAILABLE,
                    "tunnel: %s (expected: /dev/net/tun, and a free name)".formatted(e.getMessage()),
                    e);
        }
    }

    /**
     * In a session of its own, so that neither our end nor a Ctrl-C at our terminal ends it. Each of the three programs
     * becomes the next, so that the process is the last one's.
     */
    private ProcessHandle launch() {
        var command = List.of("setsid", "nsenter", "--net=" + netns.path(), PROGRAM, "-f", link);
        try {
            return new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .toHandle();
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "tunnel: cannot start %s: %s (expected: a kernel with WireGuard, or the packages %s and util-linux)"
                            .formatted(PROGRAM, e.getMessage(), PROGRAM),
                    e);
        }
    }

    /** The one that carries our link in our namespace; its number is not enough, a handle holds its start time too. */
    Optional<ProcessHandle> find() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .command()
                        .filter(command -> Path.of(command).endsWith(PROGRAM))
                        .isPresent())
                .filter(process -> arguments(process).endsWith("\0" + link + "\0"))
                .filter(this::isInNamespace)
                .findFirst();
    }

    private static String arguments(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private boolean isInNamespace(ProcessHandle process) {
        try (var own = netns.open();
                var its = Netns.ofProcess(process.pid()).open()) {
            return process.isAlive() && own.sameAs(its);
        } catch (KernelRefused e) {
            return false;
        }
    }

    /** Runs something when the program has ended, as long as it is still wanted; told by the kernel at once. */
    void whenEnded(ProcessHandle process, Runnable then, BooleanSupplier wanted) {
        Thread.ofPlatform().daemon().name("watch " + link).start(() -> {
            try (var held = PidFd.open(process.pid())) {
                while (wanted.getAsBoolean() && process.isAlive() && !held.awaitEnd(Duration.ofSeconds(2))) {
                    // looks whether it is still wanted, then waits on
                }
            } catch (KernelRefused e) {
                // it has ended before it could be held
            }
            if (wanted.getAsBoolean()) {
                scheduler.spawn("restart " + link, then);
            }
        });
    }

    /** Ends it, and waits until it has. */
    void end() {
        find().ifPresent(process -> {
            try (var held = PidFd.open(process.pid())) {
                process.destroy();
                for (int step = 0; step < STEPS && held.isAlive(); step++) {
                    scheduler.pause(STEP);
                }
                if (held.isAlive()) {
                    process.destroyForcibly();
                }
            } catch (KernelRefused e) {
                // it has ended by itself
            }
        });
    }
}
