package org.nsm4j.app.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node is.
 *
 * @param name its name
 * @param version of nsm4j
 * @param identity its SPIFFE id; empty before it has one
 * @param identityExpires when the certificate ends; null before there is one
 * @param now the node's clock
 * @param parts registry, manager, forwarder, identity …: whether each can do its work
 */
public record NodeReport(
        String name,
        String version,
        String identity,
        @Nullable Instant identityExpires,
        Instant now,
        List<Part> parts) {
    public NodeReport {
        parts = List.copyOf(parts);
    }

    /**
     * One part.
     *
     * @param name its name
     * @param ready whether it can do its work
     * @param text what it awaits, if it cannot
     */
    public record Part(String name, boolean ready, String text) {}

    /** Whether every part can do its work. */
    public boolean isReady() {
        return parts.stream().allMatch(Part::ready);
    }
}
