package org.nsm4j.grpc.passing;

import java.net.ConnectException;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.socket.FileHandle;

/**
 * The sockets of endpoints that are reached by no path from here, by the names that the endpoints are registered under. A
 * socket is held as long as its endpoint is known, since each new connection needs it; a dead one's is let go by the first
 * who cannot connect.
 */
public final class HeldSockets implements AutoCloseable {
    /** The most endpoints; the one longest unheard of makes room. */
    static final int MOST = 4096;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Held> byName = new LinkedHashMap<>();
    private final Map<String, Held> byUrl = new LinkedHashMap<>();

    private static final class Held {
        final String url;
        final FileHandle file;
        int names;

        Held(String url, FileHandle file) {
            this.url = url;
            this.file = file;
        }
    }

    /**
     * Holds an endpoint's socket in place of the one that it had.
     *
     * @param url that stands for it
     * @param file is taken over: closed when no endpoint has it any more
     */
    public void hold(String name, String url, FileHandle file) {
        lock.lock();
        try {
            var held = byUrl.get(url);
            if (held == null) {
                held = new Held(url, file);
                byUrl.put(url, held);
            } else {
                file.close(); // while one is open, the other cannot be another
            }
            name(name, held);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Holds a socket under a further name, or again.
     *
     * @return false where it is not held yet
     */
    public boolean share(String name, String url) {
        lock.lock();
        try {
            var held = byUrl.get(url);
            if (held == null) {
                return false;
            }
            name(name, held);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void name(String name, Held held) {
        held.names++;
        drop(byName.remove(name));
        byName.put(name, held);
        if (byName.size() > MOST) {
            drop(byName.pollFirstEntry().getValue());
        }
    }

    /** Whether an endpoint has this very socket. */
    boolean holds(String name, String url) {
        lock.lock();
        try {
            var held = byName.get(name);
            return held != null && held.url.equals(url);
        } finally {
            lock.unlock();
        }
    }

    /** Lets an endpoint's socket go. */
    public void release(String name) {
        lock.lock();
        try {
            drop(byName.remove(name));
        } finally {
            lock.unlock();
        }
    }

    private void drop(@Nullable Held held) {
        if (held != null && --held.names == 0) {
            byUrl.remove(held.url);
            held.file.close();
        }
    }

    /** Lets a dead socket go; returns whose it was. */
    private String forget(String url) {
        var names = new TreeSet<String>();
        lock.lock();
        try {
            byName.entrySet().removeIf(each -> {
                boolean dead = each.getValue().url.equals(url);
                if (dead) {
                    names.add(each.getKey());
                    drop(each.getValue());
                }
                return dead;
            });
        } finally {
            lock.unlock();
        }
        return String.join(", ", names);
    }

    /** A socket by its URL; the caller closes it. */
    Optional<FileHandle> find(String url) {
        lock.lock();
        try {
            var held = byUrl.get(url);
            return held == null ? Optional.empty() : Optional.of(held.file.duplicate());
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.NO_CAPACITY, String.valueOf(e.getMessage()), e);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a URL leads anywhere. */
    public boolean has(String url) {
        lock.lock();
        try {
            return byUrl.containsKey(url);
        } finally {
            lock.unlock();
        }
    }

    /** How many sockets are held. */
    public int size() {
        lock.lock();
        try {
            return byUrl.size();
        } finally {
            lock.unlock();
        }
    }

    /** An address to connect to, as long as the socket is held. */
    public SocketAddress address(String url) {
        return new Address(this, url);
    }

    /** The socket behind a URL, looked up anew for each connection. */
    static final class Address extends SocketAddress {
        private static final long serialVersionUID = 1;

        private final transient HeldSockets sockets;
        private final String url;

        private Address(HeldSockets sockets, String url) {
            this.sockets = sockets;
            this.url = url;
        }

        /** Connects a socket to it; a dead one is let go. */
        void connect(int socket) throws ConnectException {
            try (var file = sockets.find(url)
                    .orElseThrow(() ->
                            new ConnectException("who listened there has ended, and has not registered again yet"))) {
                file.connect(socket);
            } catch (KernelRefused e) {
                if (e.is(Errno.ECONNREFUSED)) {
                    throw new ConnectException("nobody listens at the socket of " + sockets.forget(url));
                }
                throw new ConnectException(e.getMessage());
            }
        }

        @Override
        public String toString() {
            return url;
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            byUrl.values().forEach(each -> each.file.close());
            byUrl.clear();
            byName.clear();
        } finally {
            lock.unlock();
        }
    }
}
