package org.nsm4j.core.path;

import java.util.Optional;
import org.nsm4j.core.model.SpiffeId;

/** Reads whom a token speaks for, without verifying it: that is the policies' task. */
@FunctionalInterface
public interface TokenSubject {
    /** In a domain without security, tokens are empty and speak for nobody. */
    TokenSubject NOBODY = token -> Optional.empty();

    /** The SPIFFE id in a token's {@code sub}; empty where there is none that can be read. */
    Optional<SpiffeId> of(String token);
}
