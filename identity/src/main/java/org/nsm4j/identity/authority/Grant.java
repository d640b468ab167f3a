package org.nsm4j.identity.authority;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * What the first host answers.
 *
 * @param certified for the keys that were sent; empty where none were
 * @param bundle of the domain at that moment
 */
public record Grant(Optional<Certified> certified, Bundle bundle) {
    /**
     * Two certificates, both signed by a root itself.
     *
     * @param node of the node's own identity
     * @param authority of its intermediate authority
     */
    public record Certified(X509Certificate node, X509Certificate authority) {}
}
