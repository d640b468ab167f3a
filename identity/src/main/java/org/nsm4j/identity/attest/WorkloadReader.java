package org.nsm4j.identity.attest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.nsm4j.core.model.Refused;
import org.nsm4j.identity.authority.FileFacts;
import org.nsm4j.linux.socket.UnixPeer;

/**
 * Reads the facts of a process from {@code /proc}.
 *
 * <p>The process is checked by its handle once more after the last read: while it lives nobody else can have its number,
 * so all that was read is of that process.
 */
public final class WorkloadReader {
    private static final Path PROC = Path.of("/proc");
    private final ExecutableHashes hashes = new ExecutableHashes();
    private final Path users;
    private final int overflowUid;

    /** For this host. */
    public WorkloadReader() {
        this(Path.of("/etc/passwd"));
    }

    WorkloadReader(Path users) {
        this.users = users;
        this.overflowUid = overflowUid();
    }

    /** By one read: the kernel answers a second one, such as {@link Files#readString} makes, with nothing. */
    private static int overflowUid() {
        try (var in = Files.newInputStream(PROC.resolve("sys/kernel/overflowuid"))) {
            var bytes = new byte[16];
            int count = in.read(bytes);
            return (int) Long.parseLong(new String(bytes, 0, Math.max(0, count), StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException e) {
            return UnixPeer.UNMAPPED;
        }
    }

    /**
     * Reads.
     *
     * @throws Refused NOT_AUTHORIZED, saying why, for a process that cannot be told: out of sight (pid 0), of a user
     *     that is not mapped here, gone, or of another user now than when it connected
     */
    public Workload read(Peer peer) {
        if (peer.pid() <= 0) {
            throw refused(
                    "pid 0: the kernel shows its number as 0, as its pid namespace cannot be seen from here",
                    "a caller in this pid namespace or one below; run nsm in the host's pid namespace (hostPID)");
        }
        try {
            var workload = readProc(peer);
            if (!peer.isAlive()) {
                throw gone(peer);
            }
            return workload;
        } catch (IOException e) {
            throw gone(peer);
        }
    }

    private Workload readProc(Peer peer) throws IOException {
        var home = PROC.resolve(Integer.toString(peer.pid()));
        boolean hostUsers = sameNamespace(home, "user");
        if (peer.uid() == overflowUid && !hostUsers) {
            throw refused(
                    "uid %d in another user namespace: its user is not mapped here, so any user may stand behind it"
                            .formatted(peer.uid()),
                    "a user that /proc/PID/uid_map maps to one of this host's");
        }
        int now = effectiveUid(home);
        if (now != peer.uid()) {
            throw refused(
                    "pid %d: connected as uid %d, is uid %d now".formatted(peer.pid(), peer.uid(), now),
                    "a caller that keeps its user");
        }
        var program = home.resolve("exe");
        var executable = Files.readSymbolicLink(program).toString();
        return new Workload(
                peer.pid(),
                peer.uid(),
                userName(peer.uid()),
                executable,
                sameFile(program, Path.of(executable)),
                () -> hash(peer, program),
                ControlGroup.of(Files.readString(home.resolve("cgroup"))),
                hostUsers,
                sameNamespace(home, "pid"));
    }

    private String hash(Peer peer, Path program) {
        try {
            var hash = hashes.sha256(program);
            if (!peer.isAlive()) {
                throw gone(peer);
            }
            return hash;
        } catch (IOException e) {
            throw gone(peer);
        }
    }

    private static boolean sameNamespace(Path home, String kind) throws IOException {
        var theirs = Files.readSymbolicLink(home.resolve("ns").resolve(kind));
        return theirs.equals(Files.readSymbolicLink(PROC.resolve("self/ns").resolve(kind)));
    }

    private static boolean sameFile(Path program, Path named) {
        try {
            return FileFacts.of(program).isSameFile(FileFacts.ofLink(named));
        } catch (IOException e) {
            return false;
        }
    }

    /** The second number of {@code Uid:} is the effective one (proc(5)). */
    private static int effectiveUid(Path home) throws IOException {
        try (Stream<String> lines = Files.lines(home.resolve("status"))) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> (int) Long.parseLong(line.split("\\s+", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no Uid line"));
        }
    }

    private Optional<String> userName(int uid) {
        try (Stream<String> lines = Files.lines(users)) {
            return lines.map(line -> line.split(":", -1))
                    .filter(parts -> parts.length > 2 && parts[2].equals(Integer.toUnsignedString(uid)))
                    .map(parts -> parts[0])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Refused gone(Peer peer) {
        return refused("pid %d: it has ended".formatted(peer.pid()), "a caller that lives until it is answered");
    }

    private static Refused refused(String who, String expected) {
        return new Refused(Refused.Reason.NOT_AUTHORIZED, "workload: %s (expected: %s)".formatted(who, expected));
    }
}
