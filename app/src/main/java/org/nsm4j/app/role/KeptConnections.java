package org.nsm4j.app.role;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.state.KeptConnection;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.Messages;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.wire.ConnectionMapping;
import org.nsm4j.linux.process.Boot;

/**
 * The connections of this node's workloads on its disk: one file each, written whole or not at all. With the path that is
 * kept, a node's next process is known to the other hops, and takes the wires up as they are.
 */
final class KeptConnections {
    private static final System.Logger LOG = System.getLogger(KeptConnections.class.getName());

    private final Path folder;
    private final String bootId;

    /**
     * One connection.
     *
     * @param request what was asked
     * @param connection as last answered; null where it never was
     * @param thisBoot whether that was since the machine started
     * @param since when it was first asked for
     * @param cookie of the namespace that was plugged; 0 where none was yet
     * @param closing whether its close was begun
     */
    record Kept(
            ConnectRequest request,
            @Nullable Connection connection,
            boolean thisBoot,
            Instant since,
            long cookie,
            boolean closing) {
        /** The same, answered anew. */
        Kept answered(Connection answer) {
            return new Kept(request, answer, thisBoot, since, cookie, closing);
        }

        /** What nobody has answered yet. */
        static Kept wanted(ConnectRequest request, Instant since) {
            return new Kept(request, null, true, since, 0, false);
        }
    }

    KeptConnections(Path folder) {
        this.folder = folder;
        try {
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(folder, mode);
            this.bootId = Boot.id();
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot use %s: %s (expected: a folder that this process may write)"
                            .formatted(folder, e.getMessage()),
                    e);
        }
    }

    /** Keeps a connection; replaces what was kept under its name. */
    void keep(Kept kept) {
        var message = KeptConnection.newBuilder()
                .setRequest(Messages.message(kept.request()))
                .setBootId(bootId)
                .setNetnsCookie(kept.cookie())
                .setClosing(kept.closing())
                .setSince(Timestamp.newBuilder().setSeconds(kept.since().getEpochSecond()));
        if (kept.connection() != null) {
            message.setConnection(ConnectionMapping.write(kept.connection()));
        }
        var file = file(kept.request().name());
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.deleteIfExists(fresh);
            try (var channel = Files.newByteChannel(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
                channel.write(java.nio.ByteBuffer.wrap(message.build().toByteArray()));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.NO_CAPACITY,
                    "cannot keep connection %s in %s: %s (expected: space, and a folder that may be written)"
                            .formatted(kept.request().name(), folder, e.getMessage()),
                    e);
        }
    }

    /** Forgets a connection; does nothing when it is not kept. */
    void forget(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot forget connection {0}: {1}", name, e.getMessage());
        }
    }

    /** One of them. */
    Optional<Kept> one(String name) {
        return read(file(name));
    }

    /** Notes that a connection is being closed; a disk that cannot take the note must not keep it from being closed. */
    void close(String name) {
        try {
            one(name)
                    .ifPresent(each -> keep(new Kept(
                            each.request(), each.connection(), each.thisBoot(), each.since(), each.cookie(), true)));
        } catch (Refused e) {
            LOG.log(System.Logger.Level.WARNING, "connection {0}: {1}", name, e.getMessage());
        }
    }

    /** What is kept; a file that cannot be read is left where it is, and reported. */
    List<Kept> all() {
        var all = new ArrayList<Kept>();
        try (var files = Files.newDirectoryStream(folder, "*.connection")) {
            for (var file : files) {
                read(file).ifPresent(all::add);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read {0}: {1}", folder, e.getMessage());
        }
        return all;
    }

    private Optional<Kept> read(Path file) {
        try {
            var message = KeptConnection.parseFrom(Files.readAllBytes(file));
            return Optional.of(new Kept(
                    Messages.request(message.getRequest()),
                    message.hasConnection() ? ConnectionMapping.read(message.getConnection()) : null,
                    message.getBootId().equals(bootId),
                    Instant.ofEpochSecond(message.getSince().getSeconds()),
                    message.getNetnsCookie(),
                    message.getClosing()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException | Refused e) {
            LOG.log(System.Logger.Level.ERROR, "{0} is damaged and is passed over: {1}", file, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot read {0}: {1}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Names are of people; what could mean something to a file system is written in hexadecimal. */
    private Path file(String name) {
        var safe = name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
                ? name
                : "x." + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
        return folder.resolve(safe + ".connection");
    }
}
