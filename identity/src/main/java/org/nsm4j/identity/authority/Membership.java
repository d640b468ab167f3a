package org.nsm4j.identity.authority;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;

/**
 * A host's place in a trust domain that it joined.
 *
 * @param node its name there
 * @param home where the first host listens for renewals, {@code HOST:PORT}
 * @param svid its own identity, {@code spiffe://DOMAIN/node/NAME}
 * @param signing its intermediate authority
 * @param bundle of the domain, as last heard
 */
public record Membership(String node, String home, Svid svid, Generation signing, Bundle bundle) {
    /** The identity of a node. */
    public static SpiffeId idOf(String trustDomain, String node) {
        return new SpiffeId(trustDomain, "/node/" + node);
    }

    /** The identity of the first host's side of joining and renewing. */
    public static SpiffeId idOfHome(String trustDomain) {
        return new SpiffeId(trustDomain, "/authority");
    }

    /**
     * Takes a grant for keys of ours.
     *
     * @throws Refused INVALID where its certificates are not for these keys or not by a root of its bundle
     */
    public static Membership of(String node, String home, NodeKeys keys, Grant grant) {
        var certified = grant.certified().orElseThrow(() -> refused("no certificates", "two"));
        check(certified.node(), keys.node().getPublic(), grant.bundle());
        check(certified.authority(), keys.authority().getPublic(), grant.bundle());
        if (certified.authority().getBasicConstraints() != 0) {
            throw refused("an authority's certificate that may not sign leaves alone", "path length 0");
        }
        var svid = new Svid(
                idOf(grant.bundle().trustDomain(), node),
                List.of(certified.node()),
                keys.node().getPrivate());
        var from = certified.authority().getNotBefore().toInstant();
        var signing = new Generation(certified.authority(), keys.authority().getPrivate(), keys.jwt(), from);
        return new Membership(node, home, svid, signing, grant.bundle());
    }

    Membership with(Bundle heard) {
        return new Membership(node, home, svid, signing, heard);
    }

    private static void check(X509Certificate certificate, PublicKey key, Bundle bundle) {
        if (!certificate.getPublicKey().equals(key)) {
            throw refused("a certificate for another key", "one for the key that was sent");
        }
        for (var root : bundle.roots()) {
            try {
                certificate.verify(root.getPublicKey());
                return;
            } catch (GeneralSecurityException e) {
                // Not by this root; the next may be the one.
                continue;
            }
        }
        throw refused("a certificate by none of the " + bundle.roots().size() + " roots", "one by a root");
    }

    private static Refused refused(String what, String expected) {
        return new Refused(Refused.Reason.INVALID, "grant: %s (expected: %s)".formatted(what, expected));
    }

    /** Tells nothing of the keys. */
    @Override
    public String toString() {
        return "Membership[" + svid.id() + " by " + home + "]";
    }
}
