package org.nsm4j.core.chain;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Open files that other processes have passed along with a call, by the URLs that stand for them there
 * ({@code inode://4/4026532281}): the network namespace of a workload, or the socket of an endpoint. They are open until
 * the call ends, and no longer.
 */
public final class PassedFiles implements AutoCloseable {
    /** No files, and none are taken: for what is not done on behalf of a peer's call. */
    public static final PassedFiles NONE = new PassedFiles();

    static {
        NONE.close();
    }

    private final Map<String, File> files = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** A file that is open here. */
    public interface File extends AutoCloseable {
        /** Where this process finds it; empty once it is closed. */
        Optional<String> path();

        @Override
        void close();
    }

    /** The file that a URL stands for. */
    public Optional<File> file(String url) {
        return Optional.ofNullable(files.get(url));
    }

    /** Keeps a file until the call ends; one that is kept already stays, and the new one is closed. */
    public void add(String url, File file) {
        if (closed || files.putIfAbsent(url, file) != null) {
            file.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        files.values().forEach(File::close);
        files.clear();
    }
}
