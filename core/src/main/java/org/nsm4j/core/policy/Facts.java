package org.nsm4j.core.policy;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rules judge by.
 *
 * @param tokens those of the path's segments, as far as they are judged
 * @param index the segment that is looking
 * @param peer the certificate of whom we talk to; null where the transport knows none
 * @param now when it is judged
 * @param resource what is registered; null in other calls
 * @param monitored which connections are watched; null in other calls
 */
public record Facts(
        List<String> tokens,
        int index,
        @Nullable X509Certificate peer,
        Instant now,
        @Nullable Resource resource,
        @Nullable Monitored monitored) {
    public Facts {
        tokens = List.copyOf(tokens);
    }

    /**
     * What is registered.
     *
     * @param word what it is called in a sentence
     * @param name its name
     * @param registered the path ids with which that name is registered, the owner's first; empty where it is free
     */
    public record Resource(String word, String name, Optional<List<String>> registered) {}

    /**
     * Which connections are watched.
     *
     * @param own ids of the connections that the caller is known to have
     * @param asked ids of the segments that its selector names
     */
    public record Monitored(Set<String> own, Set<String> asked) {
        public Monitored {
            own = Set.copyOf(own);
            asked = Set.copyOf(asked);
        }
    }

    /** Facts of a call along a path. */
    public static Facts ofPath(List<String> tokens, int index, @Nullable X509Certificate peer, Instant now) {
        return new Facts(tokens, index, peer, now, null, null);
    }

    /** The same of a registration. */
    public Facts about(Resource newResource) {
        return new Facts(tokens, index, peer, now, newResource, monitored);
    }

    /** The same of a watch of connections. */
    public Facts watching(Monitored newMonitored) {
        return new Facts(tokens, index, peer, now, resource, newMonitored);
    }
}
