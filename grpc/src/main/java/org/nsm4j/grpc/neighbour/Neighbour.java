package org.nsm4j.grpc.neighbour;

import java.security.cert.X509Certificate;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.server.Watchable;
import org.nsm4j.grpc.spiffe.IdentitySource;

/**
 * A role of this process.
 *
 * @param requests what answers its requests
 * @param events what its watchers are told
 * @param identity as whom it answers
 */
public record Neighbour(Requests requests, Watchable events, IdentitySource identity) {
    SpiffeId id() {
        return identity.current().svid().id();
    }

    /** The certificate that it would show on a socket. */
    public X509Certificate certificate() {
        return identity.current().svid().leaf();
    }
}
