package org.nsm4j.linux.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.netns.OpenNetns;

/** Who lives in a network namespace, as {@code /proc} shows it: some microseconds for each process of the machine. */
public final class Inhabitants {
    private static final Path PROC = Path.of("/proc");
    /** The machine's own pid namespace, in which every process is seen ({@code PROC_PID_INIT_INO}). */
    private static final String EVERYBODY = "pid:[4026531836]";

    private static final int CAP_SYS_PTRACE = 19;

    private Inhabitants() {}

    /**
     * The numbers of the processes that are in a network namespace now.
     *
     * @return empty where this process does not see every process of the machine, or lacks CAP_SYS_PTRACE to look at them.
     *     One that is hidden even so, as a machine's own first process may be, is passed over
     */
    public static Optional<List<Long>> of(OpenNetns netns) {
        var name = "net:[%d]".formatted(netns.file().inode());
        var found = new ArrayList<Long>();
        try (var processes = all()) {
            if (!link(PROC.resolve("self/ns/pid")).equals(EVERYBODY) || !mayLookAtAll()) {
                return Optional.empty();
            }
            for (var process : processes) {
                if (isIn(process, name)) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
            return Optional.of(found);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static DirectoryStream<Path> all() throws IOException {
        return Files.newDirectoryStream(PROC, "[1-9]*");
    }

    private static boolean isIn(Path process, String name) throws IOException {
        try {
            return link(process.resolve("ns/net")).equals(name);
        } catch (NoSuchFileException | AccessDeniedException e) {
            return false; // it has ended, or is hidden from everybody
        }
    }

    private static boolean mayLookAtAll() {
        try (var self = PidFd.open(ProcessHandle.current().pid())) {
            return self.hasCapability(CAP_SYS_PTRACE);
        }
    }

    private static String link(Path file) throws IOException {
        return Files.readSymbolicLink(file).toString();
    }
}
