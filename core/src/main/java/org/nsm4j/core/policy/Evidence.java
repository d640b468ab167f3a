package org.nsm4j.core.policy;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;

/** The facts of one check, with each token read once for all rules. Belongs to one task. */
final class Evidence {
    private final Facts facts;
    private final TokenVerifier verifier;
    private final List<Optional<TokenVerifier.Claims>> claims = new ArrayList<>();

    Evidence(Facts facts, TokenVerifier verifier) {
        this.facts = facts;
        this.verifier = verifier;
        for (var token : facts.tokens()) {
            claims.add(read(token));
        }
    }

    private Optional<TokenVerifier.Claims> read(String token) {
        try {
            return Optional.of(verifier.read(token));
        } catch (Refused e) {
            return Optional.empty();
        }
    }

    Facts facts() {
        return facts;
    }

    int size() {
        return claims.size();
    }

    /** What the token of a segment says; empty where it is no JWT, or where there is no such segment. */
    Optional<TokenVerifier.Claims> claims(int at) {
        return at >= 0 && at < claims.size() ? claims.get(at) : Optional.empty();
    }

    /** How far the token of a segment proves whose it is; our own needs no proof. */
    TokenVerifier.Proof proof(int at) {
        return at == facts.index()
                ? TokenVerifier.Proof.PROVED
                : verifier.proof(facts.tokens().get(at), facts.now());
    }

    /** Who we talk to. */
    Optional<String> peer() {
        return Optional.ofNullable(facts.peer()).flatMap(verifier::identity);
    }

    boolean isSignedBy(int at, X509Certificate certificate) {
        return verifier.signedBy(facts.tokens().get(at), certificate);
    }
}
