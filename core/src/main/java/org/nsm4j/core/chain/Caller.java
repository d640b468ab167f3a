package org.nsm4j.core.chain;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.SpiffeId;

/**
 * Who asks this hop, as the transport has proved it.
 *
 * @param identity the SPIFFE id of the peer's certificate; null where the transport knows none
 * @param certificate the peer's leaf certificate; null where the transport knows none
 * @param token the token that came with the call; null where there was none
 * @param deadline when the caller stops waiting; null for never
 * @param own whether the call comes from this very process (a timer, healing), not from a peer
 * @param shown our own certificate, as the peer saw it when it connected; null where the transport knows none. It may be
 *     older than the one that we would show now
 * @param files what came along with the call
 */
public record Caller(
        @Nullable SpiffeId identity,
        @Nullable X509Certificate certificate,
        @Nullable Token token,
        @Nullable Instant deadline,
        boolean own,
        @Nullable X509Certificate shown,
        PassedFiles files) {
    /** This process itself, without a deadline. */
    public static final Caller SELF = new Caller(null, null, null, null, true);

    /** A caller that saw no certificate of ours. */
    public Caller(
            @Nullable SpiffeId identity,
            @Nullable X509Certificate certificate,
            @Nullable Token token,
            @Nullable Instant deadline,
            boolean own) {
        this(identity, certificate, token, deadline, own, null, PassedFiles.NONE);
    }

    /**
     * A token and when it ends.
     *
     * @param value a compact JWT
     * @param expires as the sender reported it, already capped by its certificate
     */
    public record Token(String value, Instant expires) {
        @Override
        public String toString() {
            return "token until " + expires;
        }
    }

    /** The peer's identity, where the transport knows it. */
    public Optional<SpiffeId> peer() {
        return Optional.ofNullable(identity);
    }

    /** This process itself, until a deadline. */
    public static Caller selfUntil(Instant deadline) {
        return new Caller(null, null, null, deadline, true);
    }

    /** The same with another deadline. */
    public Caller until(@Nullable Instant newDeadline) {
        return new Caller(identity, certificate, token, newDeadline, own, shown, files);
    }

    /** The same with what came along. */
    public Caller with(PassedFiles newFiles) {
        return new Caller(identity, certificate, token, deadline, own, shown, newFiles);
    }
}
