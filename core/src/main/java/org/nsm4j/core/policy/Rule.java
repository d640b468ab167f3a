package org.nsm4j.core.policy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The rules. Those with a {@link #file()} are equal in their outcome to the policy of upstream that bears the name (wire
 * §5.7); the others are ours, and refuse nothing that upstream's programs do.
 *
 * <p>A rule that lacks the facts that it needs refuses.
 */
public enum Rule {
    /** Every segment's token is a JWT. */
    TOKENS_VALID("tokens_valid", "common") {
        @Override
        Verdict check(Evidence evidence) {
            for (int i = 0; i < evidence.size(); i++) {
                if (evidence.claims(i).isEmpty()) {
                    return refuse("token of segment %d: %s (expected: a JWT)"
                            .formatted(i, evidence.facts().tokens().get(i).isEmpty() ? "none" : "not readable"));
                }
            }
            return Verdict.allow(this);
        }
    },
    /** Every token is meant for the identity that the next one speaks for. */
    TOKENS_CHAINED("tokens_chained", "common") {
        @Override
        Verdict check(Evidence evidence) {
            for (int i = 0; i + 1 < evidence.size(); i++) {
                var audience = evidence.claims(i).map(TokenVerifier.Claims::audience);
                var next = evidence.claims(i + 1).map(TokenVerifier.Claims::subject);
                if (audience.isEmpty() || next.isEmpty() || !audience.get().contains(next.get())) {
                    return refuse("audience of the token of segment %d: %s (expected: %s, the subject of the next)"
                            .formatted(i, audience.orElse(List.of()), next.orElse("")));
                }
            }
            return Verdict.allow(this);
        }
    },
    /** No token has ended. */
    TOKENS_EXPIRED("tokens_expired", "common") {
        @Override
        Verdict check(Evidence evidence) {
            var now = evidence.facts().now();
            for (int i = 0; i < evidence.size(); i++) {
                var end = evidence.claims(i).map(TokenVerifier.Claims::expires);
                if (end.isEmpty() || !end.get().isAfter(now)) {
                    return refuse("token of segment %d: ends %s (expected: after %s)"
                            .formatted(i, end.map(Object::toString).orElse("at no known time"), now));
                }
            }
            return Verdict.allow(this);
        }
    },
    /** The token of the segment before ours is signed by whom we talk to. */
    PREV_TOKEN_SIGNED("prev_token_signed", "server") {
        @Override
        Verdict check(Evidence evidence) {
            return signedByPeer(evidence, evidence.facts().index() - 1);
        }
    },
    /** The token of the segment after ours is signed by whom we talk to. */
    NEXT_TOKEN_SIGNED("next_token_signed", "client") {
        @Override
        Verdict check(Evidence evidence) {
            return signedByPeer(evidence, evidence.facts().index() + 1);
        }
    },
    /** A name is registered or taken back by its owner alone: the identity of the path's first segment. */
    CLIENT_ALLOWED("client_allowed", "registry") {
        @Override
        Verdict check(Evidence evidence) {
            var resource = evidence.facts().resource();
            if (resource == null) {
                return refuse("registered thing: none (expected: a registration)");
            }
            var registered = resource.registered();
            if (registered.isEmpty()) {
                return Verdict.allow(this);
            }
            var owner = registered.get().isEmpty() ? "" : registered.get().getFirst();
            var asks = evidence.claims(0).map(TokenVerifier.Claims::subject).orElse("");
            return owner.equals(asks)
                    ? Verdict.allow(this)
                    : refuse("owner of %s %s: %s (expected: %s, who asks)"
                            .formatted(resource.word(), resource.name(), shown(owner), shown(asks)));
        }
    },
    /** A watcher asks for at least one connection that is its own. */
    SERVICE_CONNECTION("service_connection", "monitor") {
        @Override
        Verdict check(Evidence evidence) {
            var monitored = evidence.facts().monitored();
            if (monitored == null) {
                return refuse("watched connections: none (expected: a watch)");
            }
            return Collections.disjoint(monitored.own(), monitored.asked())
                    ? refuse("watched connections: %s (expected: one of the caller's own)".formatted(monitored.asked()))
                    : Verdict.allow(this);
        }
    },
    /** The token of the segment before ours speaks for whom we talk to, and not for somebody else. */
    PREV_TOKEN_OF_PEER("prev_token_of_peer", "") {
        @Override
        Verdict check(Evidence evidence) {
            return ofPeer(evidence, evidence.facts().index() - 1);
        }
    },
    /** The token of the segment after ours speaks for whom we talk to, and not for somebody else. */
    NEXT_TOKEN_OF_PEER("next_token_of_peer", "") {
        @Override
        Verdict check(Evidence evidence) {
            return ofPeer(evidence, evidence.facts().index() + 1);
        }
    },
    /** Each token that shows certificates was signed by its subject, whoever handed it on. */
    PATH_PROVED("path_proved", "") {
        @Override
        Verdict check(Evidence evidence) {
            for (int i = 0; i < evidence.size(); i++) {
                var proof = evidence.proof(i);
                if (proof.kind() == TokenVerifier.Proof.Kind.BROKEN) {
                    return refuse("token of segment %d: %s (expected: the signature of its subject, %s)"
                            .formatted(i, proof.why(), subject(evidence, i)));
                }
            }
            return Verdict.allow(this);
        }
    },
    /** Each token shows the certificates by which it can be checked. */
    PATH_SHOWN("path_shown", "") {
        @Override
        Verdict check(Evidence evidence) {
            for (int i = 0; i < evidence.size(); i++) {
                if (evidence.proof(i).kind() == TokenVerifier.Proof.Kind.UNSHOWN) {
                    return refuse("token of segment %d of %s: shows no certificates (expected: those of its subject)"
                            .formatted(i, subject(evidence, i)));
                }
            }
            return Verdict.allow(this);
        }
    };

    private final String title;
    private final String group;

    Rule(String title, String group) {
        this.title = title;
        this.group = group;
    }

    /** The rule's name, which is upstream's. */
    public String title() {
        return title;
    }

    /**
     * The file of upstream's that the rule stands for, as the {@code NSM_…_POLICIES} settings name it; empty for a rule
     * that is ours alone.
     */
    public Optional<String> file() {
        return group.isEmpty() ? Optional.empty() : Optional.of("etc/nsm/opa/" + group + "/" + title + ".rego");
    }

    abstract Verdict check(Evidence evidence);

    final Verdict refuse(String reason) {
        return Verdict.refuse(this, reason);
    }

    final Verdict signedByPeer(Evidence evidence, int at) {
        var peer = evidence.facts().peer();
        if (peer == null) {
            return refuse(
                    "certificate of the peer: none (expected: one, to check the token of segment %d)".formatted(at));
        }
        if (at < 0 || at >= evidence.size()) {
            return refuse("token of segment %d: none (expected: one that the peer has signed)".formatted(at));
        }
        return evidence.isSignedBy(at, peer) || isRenewed(evidence, at)
                ? Verdict.allow(this)
                : refuse("token of segment %d: not signed with the peer's certificate (expected: its ES256 signature)"
                        .formatted(at));
    }

    /** Whether the peer signed by a certificate of its own that is another now: tokens outlive a renewal. */
    private static boolean isRenewed(Evidence evidence, int at) {
        return at != evidence.facts().index()
                && evidence.proof(at).kind() == TokenVerifier.Proof.Kind.PROVED
                && evidence.peer().equals(evidence.claims(at).map(TokenVerifier.Claims::subject));
    }

    final Verdict ofPeer(Evidence evidence, int at) {
        var subject = subject(evidence, at);
        var peer = evidence.peer();
        return peer.filter(subject::equals).isPresent()
                ? Verdict.allow(this)
                : refuse("subject of the token of segment %d: %s (expected: %s, who sent it)"
                        .formatted(at, subject, peer.orElse("an identity")));
    }

    private static String subject(Evidence evidence, int at) {
        return shown(evidence.claims(at).map(TokenVerifier.Claims::subject).orElse(""));
    }

    private static String shown(String identity) {
        return identity.isEmpty() ? "nobody" : identity;
    }
}
