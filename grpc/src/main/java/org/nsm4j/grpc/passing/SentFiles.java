package org.nsm4j.grpc.passing;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.socket.FileHandle;

/**
 * The files that one message speaks of, on their way out: each URL becomes the one that stands for the file on the wire,
 * and is turned back in the answer (wire §8).
 */
public final class SentFiles implements AutoCloseable {
    private final PassedFiles brought;
    private final boolean paths;
    private final Map<String, FileHandle> files = new LinkedHashMap<>();
    private final Map<String, String> originals = new HashMap<>();

    /**
     * Nothing yet.
     *
     * @param brought what came with the call in whose course this one is made
     * @param paths whether files that are named by path are passed, too; else they stay paths, for peers on this machine
     */
    public SentFiles(PassedFiles brought, boolean paths) {
        this.brought = brought;
        this.paths = paths;
    }

    /** No files. */
    public static SentFiles none() {
        return new SentFiles(PassedFiles.NONE, false);
    }

    /**
     * The URL as it goes over the wire; a path to what cannot be passed stays as it is. A URL whose file is not here, as
     * that of the endpoint's own namespace in a refresh, becomes empty: peers wait for the file of any other.
     */
    public String send(String url) {
        if (InodeUrl.isOne(url)) {
            brought.file(url).flatMap(PassedFiles.File::path).ifPresent(path -> add(url, path));
            return files.containsKey(url) ? url : "";
        }
        if (paths && url.startsWith("file:///")) {
            return named(url, url.substring("file://".length()), FileKind.NAMESPACE);
        }
        if (paths && url.startsWith("unix:///")) {
            return named(url, url.substring("unix://".length()), FileKind.SOCKET);
        }
        return url;
    }

    private void add(String url, String path) {
        if (!files.containsKey(url)) {
            open(path).ifPresent(file -> files.put(url, file));
        }
    }

    private String named(String url, String path, FileKind kind) {
        return open(path).map(file -> named(url, file, kind)).orElse(url);
    }

    private String named(String url, FileHandle file, FileKind kind) {
        try {
            if (!kind.fits(file)) {
                file.close();
                return url;
            }
            var sent = InodeUrl.of(file.identity()).toString();
            add(sent, file);
            originals.putIfAbsent(sent, url);
            return sent;
        } catch (KernelRefused e) {
            file.close();
            return url;
        }
    }

    private void add(String url, FileHandle file) {
        var before = files.putIfAbsent(url, file);
        if (before != null) {
            file.close();
        }
    }

    /** What is not there is the other side's to complain of: it knows what the URL was meant for. */
    private static Optional<FileHandle> open(String path) {
        try {
            return Optional.of(FileHandle.at(path));
        } catch (KernelRefused e) {
            return Optional.empty();
        }
    }

    /** Sends an endpoint's socket, if its URL stands for one that is held. */
    public void add(String url, HeldSockets sockets) {
        sockets.find(url).ifPresent(file -> add(url, file));
    }

    /** Whether there is anything to pass. */
    public boolean isEmpty() {
        return files.isEmpty();
    }

    /**
     * Passes all of them with what is written next.
     *
     * @throws Refused NO_CAPACITY where that cannot be
     */
    public void over(Passage passage) {
        files.values().forEach(passage::send);
    }

    /** The URL that the sender knows a file by; others stay. */
    public String back(String url) {
        return originals.getOrDefault(url, url);
    }

    /** Whether a URL stands for a file that was sent. */
    public boolean isSent(String url) {
        return files.containsKey(url);
    }

    @Override
    public void close() {
        files.values().forEach(FileHandle::close);
        files.clear();
    }
}
