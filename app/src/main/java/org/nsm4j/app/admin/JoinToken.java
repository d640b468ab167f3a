package org.nsm4j.app.admin;

import java.time.Instant;

/**
 * By which one other host may join the domain once.
 *
 * @param token a secret
 * @param expires when it is worth nothing any more
 */
public record JoinToken(String token, Instant expires) {
    @Override
    public String toString() {
        return "JoinToken[expires=" + expires + "]";
    }
}
