package org.nsm4j.identity.attest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.nsm4j.core.model.Refused;
import org.nsm4j.identity.authority.FileFacts;

/**
 * The file {@code identity.yaml}, read again when it has changed.
 *
 * <p>Who can write it can be anybody in the trust domain, so it must be ours, and writable for nobody else. The first
 * reading refuses a file with a mistake; a later one logs the mistake and goes on with the rules as they were.
 *
 * <pre>{@code
 * rules:
 *   - id: /app/{user}/web
 *     match: {user: www-data, executable: /usr/sbin/nginx}
 *   - id: /container/{container}
 *     match: {cgroup: "/system.slice/docker-*.scope"}
 * }</pre>
 */
public final class RuleFile {
    private static final System.Logger LOG = System.getLogger(RuleFile.class.getName());
    private static final long LARGEST = 1 << 20;
    private final Path path;
    private volatile Loaded loaded;

    /** Rules, and the state of the file that they were read from. */
    private record Loaded(FileFacts state, List<Rule> rules) {}

    private RuleFile(Path path) throws IOException {
        this.path = path;
        this.loaded = load(state());
    }

    /**
     * Reads it.
     *
     * @throws Refused INVALID with the line and what would be right; NOT_FOUND where there is no such file
     */
    public static RuleFile open(Path path) {
        try {
            return new RuleFile(path);
        } catch (NoSuchFileException e) {
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "%s: no such file (expected: rules; nsm up writes the first)".formatted(path),
                    e);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "cannot read %s: %s (expected: a text file in UTF-8)".formatted(path, e),
                    e);
        }
    }

    /**
     * Writes the first rules, for programs that root starts on this host, unless there is a file already.
     *
     * @param programs what nsm itself runs as; links are followed
     */
    public static void createStandard(Path path, List<Path> programs) {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));
        try (var channel =
                Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            channel.write(ByteBuffer.wrap(standard(programs).getBytes(StandardCharsets.UTF_8)));
        } catch (FileAlreadyExistsException e) {
            LOG.log(System.Logger.Level.DEBUG, "rules left as they are: " + path);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.INTERNAL,
                    "cannot write %s: %s (expected: a writable directory)".formatted(path, e),
                    e);
        }
    }

    private static String standard(List<Path> programs) throws IOException {
        var text = new StringBuilder("""
                # Which process gets which identity from the Workload API of this host. The first rule that fits counts.
                # Selectors: user, uid, executable, executableSha256, cgroup (* within a name, ** across names),
                # userNamespace (host or any), pidNamespace (host or any).
                # A user alone is refused: every program of a user has the same uid.
                rules:
                """);
        for (var program : programs) {
            text.append("""
                      - id: /host/{user}/{executable.name}
                        match:
                          user: root
                          executable: '%s'
                          pidNamespace: host
                    """.formatted(program.toRealPath().toString().replace("'", "''")));
        }
        return text.toString();
    }

    /** The rules that count now, in the order of the file. */
    public List<Rule> rules() {
        var before = loaded;
        try {
            var state = state();
            if (!state.equals(before.state())) {
                loaded = reload(state, before);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "rules stay as they were, cannot read " + path + ": " + e);
        }
        return loaded.rules();
    }

    private Loaded reload(FileFacts state, Loaded before) throws IOException {
        try {
            var read = load(state);
            LOG.log(
                    System.Logger.Level.INFO,
                    "rules read again: " + path + ", " + read.rules().size() + " rules");
            return read;
        } catch (Refused e) {
            LOG.log(System.Logger.Level.ERROR, "rules stay as they were: " + e.getMessage());
            return new Loaded(state, before.rules());
        }
    }

    private FileFacts state() throws IOException {
        return FileFacts.of(path);
    }

    private Loaded load(FileFacts state) throws IOException {
        int self = FileFacts.self();
        if (state.isWritableForOthers() || state.uid() != self) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    ("%s: mode 0%o, owned by uid %s (expected: owned by uid %s and writable for nobody else, as its rules "
                                    + "say who is who; cure: chown %s %s; chmod go-w %s)")
                            .formatted(path, state.permissions(), state.uid(), self, self, path, path));
        }
        if (state.size() > LARGEST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: %s bytes (expected: at most %d)".formatted(path, state.size(), LARGEST));
        }
        return new Loaded(state, new RuleParser(String.valueOf(path.getFileName())).parse(Files.readString(path)));
    }
}
