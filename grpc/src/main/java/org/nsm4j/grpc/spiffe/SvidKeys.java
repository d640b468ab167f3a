package org.nsm4j.grpc.spiffe;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the present identity at each handshake. A handshake asks for the alias, the chain and the key one after
 * another: the alias names one SVID, so that a rotation between them does not mix two.
 */
final class SvidKeys extends X509ExtendedKeyManager {
    private final IdentitySource source;
    private final AtomicReference<@Nullable Shown> last = new AtomicReference<>();

    /** An SVID under its alias, and the one before it, which a handshake may still be using. */
    private record Shown(long number, Svid svid, @Nullable Shown before) {
        String alias() {
            return Long.toString(number);
        }

        Shown alone() {
            return new Shown(number, svid, null);
        }
    }

    SvidKeys(IdentitySource source) {
        this.source = source;
    }

    private Shown show() {
        var svid = source.current().svid();
        while (true) {
            var shown = last.get();
            if (shown != null && shown.svid.isSame(svid)) {
                return shown;
            }
            var next = new Shown(shown == null ? 1 : shown.number + 1, svid, shown == null ? null : shown.alone());
            if (last.compareAndSet(shown, next)) {
                return next;
            }
        }
    }

    private @Nullable Svid svid(String alias) {
        for (var each = last.get(); each != null; each = each.before) {
            if (each.alias().equals(alias)) {
                return each.svid;
            }
        }
        return null;
    }

    private @Nullable String alias(String... keyTypes) {
        for (var type : keyTypes) {
            if (type.startsWith("EC")) {
                return show().alias();
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        var alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var svid = svid(alias);
        return svid == null ? null : svid.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var svid = svid(alias);
        return svid == null ? null : svid.key();
    }
}
