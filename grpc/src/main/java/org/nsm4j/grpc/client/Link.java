package org.nsm4j.grpc.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one URL, kept while it is used.
 *
 * <p>gRPC waits for seconds, and soon minutes, before it tries a server again that it could not reach, and fails all
 * calls meanwhile; a mesh restarts faster than that. So a channel that failed is replaced by the first call after a
 * short pause, which grows from {@link #FIRST_PAUSE} to {@link #LONGEST_PAUSE}.
 *
 * <p>Tokens are checked against the certificates that a connection was made with, so a connection must not outlive them:
 * when three quarters of the life of either are over, the next call opens a new connection; what runs on the old one
 * ends there.
 */
final class Link {
    static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** How long a connection is used at least, whatever its certificates: a renewal may be late. */
    static final Duration SHORTEST_USE = Duration.ofSeconds(30);

    private final Supplier<ManagedChannel> opener;
    private @Nullable ManagedChannel channel;
    private int failures;
    private long retryAt;
    private long used = System.nanoTime();
    private Instant opened = Instant.MIN;
    private volatile Instant freshUntil = Instant.MAX;
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
                case READY -> {
                    failures = 0;
                    if (isStale(Instant.now(), opened, freshUntil)) {
                        present = null;
                    }
                }
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
        var next = opener.get();
        channel = next;
        opened = Instant.now();
        freshUntil = Instant.MAX;
        retryAt = used + pause(failures).toNanos();
        return next;
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

    /** Whether a connection should give way to a new one. */
    static boolean isStale(Instant now, Instant opened, Instant freshUntil) {
        return now.isAfter(freshUntil) && now.isAfter(opened.plus(SHORTEST_USE));
    }

    /** When three quarters of a certificate's life are over. */
    static Instant freshUntil(X509Certificate certificate) {
        var begin = certificate.getNotBefore().toInstant();
        var end = certificate.getNotAfter().toInstant();
        return end.minus(Duration.between(begin, end).dividedBy(4));
    }

    /**
     * Notes by which certificates both sides proved who they are.
     *
     * @param own ours; null where we showed none
     */
    void provedBy(X509Certificate certificate, @Nullable X509Certificate own) {
        if (certificate.equals(server) && !freshUntil.equals(Instant.MAX)) {
            return;
        }
        var fresh = freshUntil(certificate);
        var ownFresh = own == null ? fresh : freshUntil(own);
        freshUntil = ownFresh.isBefore(fresh) ? ownFresh : fresh;
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
