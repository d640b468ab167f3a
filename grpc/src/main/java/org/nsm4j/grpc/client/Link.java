package org.nsm4j.grpc.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one URL, kept while it is used.
 *
 * <p>gRPC waits for seconds, and soon minutes, before it tries a server again that it could not reach, and fails all
 * calls meanwhile; a mesh restarts faster than that. So a channel that failed is replaced by the first call after a
 * short pause, which grows from {@link #FIRST_PAUSE} to {@link #LONGEST_PAUSE}.
 */
final class Link {
    static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Supplier<ManagedChannel> opener;
    private @Nullable ManagedChannel channel;
    private int failures;
    private long retryAt;
    private long used = System.nanoTime();
    private volatile @Nullable X509Certificate server;

    Link(Supplier<ManagedChannel> opener) {
        this.opener = opener;
    }

    /** The channel for the next call. */
    synchronized ManagedChannel channel() {
        used = System.nanoTime();
        var present = channel;
        if (present != null) {
            switch (present.getState(false)) {
                case READY -> failures = 0;
                case IDLE, CONNECTING -> {}
                case TRANSIENT_FAILURE -> {
                    if (used - retryAt < 0) {
                        return present;
                    }
                    failures++;
                    present = null;
                }
                case SHUTDOWN -> present = null;
            }
        }
        return present != null ? present : reopened();
    }

    private ManagedChannel reopened() {
        close();
        var opened = opener.get();
        channel = opened;
        retryAt = used + pause(failures).toNanos();
        return opened;
    }

    /** How long to wait after so many failures in a row. */
    static Duration pause(int failures) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** Whether nothing has used it for so long, and nothing does now. */
    synchronized boolean isIdle(Duration most) {
        var present = channel;
        return System.nanoTime() - used > most.toNanos()
                && (present == null || present.getState(false) != ConnectivityState.READY);
    }

    /** Notes by which certificate the server proved who it is. */
    void provedBy(X509Certificate certificate) {
        server = certificate;
    }

    /** By which certificate the server last proved who it is. */
    Optional<X509Certificate> certificate() {
        return Optional.ofNullable(server);
    }

    synchronized void close() {
        var present = channel;
        channel = null;
        if (present != null) {
            // Not at once: a stream may still end on it.
            present.shutdown();
        }
    }

    synchronized void closeNow() {
        var present = channel;
        channel = null;
        if (present != null) {
            present.shutdownNow();
        }
    }
}
