package org.nsm4j.identity.join;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * Shows an SVID in TLS handshakes, the newest at each, and a root behind it where a peer has only that root's hash.
 *
 * <p>A handshake asks for an alias first and for chain and key afterwards: the alias names one SVID, so that the two
 * belong together even if it is renewed in between.
 */
final class SvidKeys extends X509ExtendedKeyManager {
    private final Supplier<Svid> svid;
    private final Supplier<List<X509Certificate>> behind;
    private volatile List<Svid> shown = List.of();

    SvidKeys(Supplier<Svid> svid, Supplier<List<X509Certificate>> behind) {
        this.svid = svid;
        this.behind = behind;
    }

    private String newest() {
        var now = svid.get();
        var before = shown;
        if (!before.contains(now)) {
            shown = Stream.concat(Stream.of(now), before.stream()).limit(3).toList();
        }
        return alias(now);
    }

    private static String alias(Svid svid) {
        return svid.chain().getFirst().getSerialNumber().toString();
    }

    private @Nullable Svid named(String alias) {
        return shown.stream()
                .filter(each -> alias(each).equals(alias))
                .findFirst()
                .orElse(null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var named = named(alias);
        if (named == null) {
            return null;
        }
        var chain = new ArrayList<>(named.chain());
        chain.addAll(behind.get());
        return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var named = named(alias);
        return named == null ? null : named.key();
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return newest();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return keyType.equals("EC") ? newest() : null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {newest()};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return newest();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {newest()};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return newest();
    }
}
