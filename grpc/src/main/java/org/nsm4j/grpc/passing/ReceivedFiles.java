package org.nsm4j.grpc.passing;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.socket.FileHandle;

/** Takes the files that a message speaks of from the connection that it came over. */
public final class ReceivedFiles {
    /** The most files that one message may bring. */
    private static final int MOST = 8;
    /** How long they may take, if the call does not end earlier. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private ReceivedFiles() {}

    /**
     * Waits for each file that something speaks of.
     *
     * @param thing request, connection or endpoint
     * @param urls where its URLs are: a method of {@link PassedUrls}
     * @param kind what the files must be
     * @param deadline how long they may take; null for a usual time
     * @param files to which they are added; what is in there already is not waited for
     * @throws Refused where one does not come, is something else, or there are too many
     */
    public static <T> void take(
            T thing,
            BiFunction<T, UnaryOperator<String>, T> urls,
            FileKind kind,
            Passage passage,
            @Nullable Instant deadline,
            PassedFiles files) {
        var wanted = PassedUrls.in(thing, urls).stream()
                .filter(InodeUrl::isOne)
                .filter(url -> files.file(url).isEmpty())
                .toList();
        if (wanted.size() > MOST) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "files with one message: %d (expected: at most %d)".formatted(wanted.size(), MOST));
        }
        var until = Instant.now().plus(PATIENCE);
        if (deadline != null && deadline.isBefore(until)) {
            until = deadline;
        }
        for (var each : wanted) {
            var url = InodeUrl.parse(each);
            files.add(each, new Received(kind.checked(passage.receive(url, until), url)));
        }
    }

    /** A file as calls see it. */
    private record Received(FileHandle handle) implements PassedFiles.File {
        @Override
        public Optional<String> path() {
            return handle.isOpen() ? Optional.of(handle.path()) : Optional.empty();
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
