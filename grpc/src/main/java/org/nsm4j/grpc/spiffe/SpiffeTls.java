package org.nsm4j.grpc.spiffe;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * TLS of both sides with SPIFFE identities: 1.3 or 1.2, HTTP/2, each side shows its SVID (wire §5.4).
 *
 * <p>The contexts are made once; identity and bundles are read anew at each handshake, so that a rotation drops no
 * connection. Sessions are not resumed: a resumed one would skip the check against bundles that have changed since.
 */
public final class SpiffeTls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** BoringSSL's ciphers are fast from the first byte on; the JDK's only once they were compiled. */
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private final SslContext server;
    private final SslContext client;

    /** TLS with the identities of a source. */
    public SpiffeTls(IdentitySource source) {
        var keys = new SvidKeys(source);
        var trust = new SpiffeTrust(source);
        server = build(SslContextBuilder.forServer(keys).trustManager(trust).clientAuth(ClientAuth.REQUIRE));
        client = build(SslContextBuilder.forClient().keyManager(keys).trustManager(trust));
    }

    private static SslContext build(SslContextBuilder builder) {
        try {
            var context = GrpcSslContexts.configure(builder, PROVIDER)
                    .protocols(VERSIONS)
                    .sessionCacheSize(1)
                    .sessionTimeout(1)
                    .build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                // it knows peers by host and port, which all unix sockets have in common
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw new Refused(
                    Refused.Reason.INTERNAL,
                    "cannot set up TLS: %s (expected: TLS 1.3 with the JDK's own provider)".formatted(e.getMessage()),
                    e);
        }
    }

    /** For those who listen. */
    public SslContext server() {
        return server;
    }

    /** For those who connect. */
    public SslContext client() {
        return client;
    }

    /**
     * Who is at the other end of a TLS session.
     *
     * @param id its SPIFFE id
     * @param certificate its leaf
     */
    public record Peer(SpiffeId id, X509Certificate certificate) {}

    /** Who is at the other end, found out once for each session; null where it showed nothing. */
    public static @Nullable Peer peer(@Nullable SSLSession session) {
        if (session == null) {
            return null;
        }
        if (session.getValue(Peer.class.getName()) instanceof Peer known) {
            return known;
        }
        try {
            if (session.getPeerCertificates()[0] instanceof X509Certificate leaf) {
                var peer = new Peer(SpiffeTrust.idOf(leaf), leaf);
                session.putValue(Peer.class.getName(), peer);
                return peer;
            }
        } catch (SSLPeerUnverifiedException e) {
            // a side that showed no certificate is nobody
        }
        return null;
    }

    /** Our own certificate as the other end saw it in the handshake; null where we showed none. */
    public static @Nullable X509Certificate shown(@Nullable SSLSession session) {
        var shown = session == null ? null : session.getLocalCertificates();
        return shown != null && shown.length > 0 && shown[0] instanceof X509Certificate leaf ? leaf : null;
    }
}
