package org.nsm4j.linux.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;

/** One certain process, held by a descriptor: its number may go to another process, this does not ({@code pidfd_open(2)}). */
public final class PidFd implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");
    private final Descriptor descriptor;
    /** Its number, once it was found: it stays the same for as long as the process lives. */
    private volatile long known;

    private PidFd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** The process with that number now; ESRCH where there is none. */
    public static PidFd open(long pid) {
        return new PidFd(Descriptor.owning(KernelRefused.check(Libc.pidfdOpen(pid), () -> "open process " + pid)));
    }

    /** A process whose descriptor came from elsewhere; this closes it. */
    public static PidFd owning(Descriptor descriptor) {
        return new PidFd(descriptor);
    }

    /** The descriptor's number; this object stays the owner. */
    public int number() {
        return descriptor.number();
    }

    /** Whether the process has not ended yet. */
    public boolean isAlive() {
        return Libc.poll(0, descriptor.number()) == 0;
    }

    /**
     * Waits for the process to end; needs a platform thread, for it blocks the thread that it is called from.
     *
     * @param most how long at most, to the millisecond
     * @return whether it has ended
     */
    public boolean awaitEnd(Duration most) {
        return Libc.poll((int) Math.min(most.toMillis(), Integer.MAX_VALUE), descriptor.number()) > 0;
    }

    /**
     * The process's number as this process sees it.
     *
     * @throws KernelRefused ESRCH where it has ended, or lives where this process cannot see it
     */
    public long pid() {
        if (known > 0 && isAlive()) {
            return known;
        }
        try {
            String pid =
                    fields(PROC.resolve("self/fdinfo/" + descriptor.number())).getOrDefault("Pid", "-1");
            long number = Long.parseLong(pid);
            if (number > 0) {
                known = number;
                return number;
            }
        } catch (IOException | NumberFormatException e) {
            throw gone("find the number of", e);
        }
        throw new KernelRefused("find the number of the process of " + descriptor, Errno.ESRCH);
    }

    /**
     * Reads the facts. The process is seen alive after the last of them was read, so they are of no other.
     *
     * @throws KernelRefused ESRCH where it has ended meanwhile, EACCES where this process may not look
     */
    public ProcessFacts facts() {
        return reading(PidFd::read);
    }

    /** Reads of a process by its number; what was read counts where that very process is alive after it. */
    private <T> T reading(Reader<T> reader) {
        long pid = pid();
        T facts;
        try {
            facts = reader.read(pid);
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            if (isAlive()) {
                KernelRefused refused =
                        new KernelRefused("read the facts of process " + pid, Errno.EACCES.code(), e.toString());
                refused.initCause(e);
                throw refused;
            }
            throw gone("read the facts of", e);
        }
        if (!isAlive()) {
            throw new KernelRefused("read the facts of process " + pid, Errno.ESRCH);
        }
        return facts;
    }

    /**
     * Whether the process has a capability in this process's own user namespace, where it counts for what this process
     * owns. It costs less than all the {@link #facts()}.
     *
     * @param capability its number ({@code capability.h})
     * @throws KernelRefused ESRCH where it has ended meanwhile, EACCES where this process may not look
     */
    public boolean hasCapability(int capability) {
        return reading(pid -> {
            Path folder = PROC.resolve(Long.toString(pid));
            return (effectiveCapabilities(fields(folder.resolve("status"))) >>> capability & 1) == 1
                    && link(folder.resolve("ns/user")).equals(link(PROC.resolve("self/ns/user")));
        });
    }

    private static long effectiveCapabilities(Map<String, String> status) {
        return Long.parseUnsignedLong(status.getOrDefault("CapEff", "0"), 16);
    }

    private static ProcessFacts read(long pid) throws IOException {
        Path folder = PROC.resolve(Long.toString(pid));
        Map<String, String> status = fields(folder.resolve("status"));
        String userNamespace = link(folder.resolve("ns/user"));
        ProcessFacts.Origin origin = new ProcessFacts.Origin(
                Files.readSymbolicLink(folder.resolve("exe")),
                cgroups(folder),
                userNamespace,
                link(folder.resolve("ns/net")),
                userNamespace.equals(link(PROC.resolve("self/ns/user"))));
        return new ProcessFacts(
                pid,
                startTime(folder),
                effective(status, "Uid"),
                effective(status, "Gid"),
                effectiveCapabilities(status),
                origin);
    }

    /** A line of ids holds the real, effective, saved and file system one. */
    private static int effective(Map<String, String> status, String key) {
        return Integer.parseUnsignedInt(status.getOrDefault(key, "").split("\\s+", -1)[1]);
    }

    /** The 22nd field of {@code stat}; the second is a name in parentheses that may hold spaces and parentheses. */
    private static long startTime(Path folder) throws IOException {
        String stat = Files.readString(folder.resolve("stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
    }

    private static List<String> cgroups(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("cgroup")).stream()
                .map(line -> line.split(":", 3))
                .filter(parts -> parts.length == 3)
                .map(parts -> parts[2])
                .distinct()
                .toList();
    }

    private static Map<String, String> fields(Path file) throws IOException {
        return Arrays.stream(Files.readString(file).split("\n", -1))
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip(), (first, _) -> first));
    }

    private static String link(Path file) throws IOException {
        return Files.readSymbolicLink(file).toString();
    }

    /** Reads of the process that has a number. */
    private interface Reader<T> {
        T read(long pid) throws IOException;
    }

    private KernelRefused gone(String verb, Exception cause) {
        KernelRefused refused = new KernelRefused(verb + " the process of " + descriptor, Errno.ESRCH);
        refused.initCause(cause);
        return refused;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
