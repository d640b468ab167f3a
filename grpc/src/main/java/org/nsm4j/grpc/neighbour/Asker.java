package org.nsm4j.grpc.neighbour;

import java.time.Instant;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.spiffe.IdentitySource;

/** Who asks, as the other role would see it over a socket. */
record Asker(IdentitySource identity, Tokens tokens) {
    Caller before(Neighbour neighbour, Instant deadline) {
        var svid = identity.current().svid();
        var token = tokens.mint(neighbour.id(), svid.leaf());
        return new Caller(
                svid.id(),
                svid.leaf(),
                token.value().isEmpty() ? null : token,
                deadline,
                false,
                neighbour.certificate(),
                PassedFiles.NONE);
    }
}
