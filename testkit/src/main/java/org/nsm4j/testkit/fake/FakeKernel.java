package org.nsm4j.testkit.fake;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/**
 * The interfaces of a node's workloads, as a kernel keeps them: they outlive every process, each knows its owner, and a
 * name is there once in a namespace.
 */
public final class FakeKernel {
    private final Map<Place, Link> links = new LinkedHashMap<>();
    private long changes;

    /**
     * Where an interface is.
     *
     * @param netns the workload's namespace
     * @param name the interface's name
     */
    public record Place(String netns, String name) {}

    /**
     * An interface.
     *
     * @param owner the connection that it belongs to, at the hop that made it
     * @param client the connection at its client, which stays the same when it moves to another path
     * @param maker the hop that made it
     * @param expires when nobody needs it any more unless somebody says otherwise; null for never
     * @param addresses its addresses
     */
    public record Link(
            Place place,
            ConnectionId owner,
            ConnectionId client,
            String maker,
            @Nullable Instant expires,
            List<String> addresses) {
        public Link {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Adds an interface, or changes one of the same owner.
     *
     * @throws Refused with {@link Refused.Reason#CONFLICT} when the name is another owner's
     */
    public void put(Link link) {
        var present = links.get(link.place());
        if (present != null && !present.owner().equals(link.owner())) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "link: %s (expected: a free name; it belongs to connection %s)"
                            .formatted(link.place(), present.owner()));
        }
        if (!link.equals(present)) {
            links.put(link.place(), link);
            changes++;
        }
    }

    /** Deletes an interface if it is the owner's; does nothing otherwise. */
    public void delete(Place place, ConnectionId owner) {
        var present = links.get(place);
        if (present != null && present.owner().equals(owner)) {
            links.remove(place);
            changes++;
        }
    }

    /** The interface at a place. */
    public Optional<Link> link(Place place) {
        return Optional.ofNullable(links.get(place));
    }

    /** All interfaces. */
    public List<Link> links() {
        return List.copyOf(links.values());
    }

    /** A number that grows with each change. */
    public long changes() {
        return changes;
    }
}
