package org.nsm4j.testkit.fake;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/**
 * The interfaces of a node's workloads, as a kernel keeps them: they outlive every process, each knows its owner, and a
 * name is there once in a namespace. An interface whose place another took for a while is kept aside.
 */
public final class FakeKernel {
    private final Map<Place, Link> links = new LinkedHashMap<>();
    private final Map<Aside, Link> aside = new LinkedHashMap<>();
    private Consumer<Place> told = place -> {};
    private long changes;

    /**
     * Where an interface is.
     *
     * @param netns the workload's namespace
     * @param name the interface's name
     */
    public record Place(String netns, String name) {}

    /** Where the packets come out that go into an interface. */
    public sealed interface Far {
        /** At another interface of the same node. */
        record Near(Place place) implements Far {}

        /** At whatever another node has at the end of the same tunnel. */
        record Tunnel(String vni, String node) implements Far {}
    }

    /**
     * An interface.
     *
     * @param owner the connection that it belongs to, at the hop that made it
     * @param client the connection at its client, which stays the same when it moves to another path
     * @param maker the hop that made it
     * @param expires when nobody needs it any more unless somebody says otherwise; null for never
     * @param addresses its addresses
     * @param far its other end
     */
    public record Link(
            Place place,
            ConnectionId owner,
            ConnectionId client,
            String maker,
            @Nullable Instant expires,
            List<String> addresses,
            Far far) {
        public Link {
            addresses = List.copyOf(addresses);
        }
    }

    private record Aside(Place place, ConnectionId owner) {}

    /** From now on this one is told of interfaces that somebody else takes away. */
    public void tell(Consumer<Place> listener) {
        told = listener;
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
        write(link);
    }

    /** Adds an interface in the place of another owner's, which is kept aside; or changes one of the same owner. */
    public void take(Link link) {
        var present = links.get(link.place());
        if (present != null && !present.owner().equals(link.owner())) {
            aside.put(new Aside(present.place(), present.owner()), present);
        }
        aside.remove(new Aside(link.place(), link.owner()));
        write(link);
    }

    /** Brings an owner's interface back to its place, if it was kept aside and the place is free. */
    public void giveBack(Place place, ConnectionId owner) {
        var kept = aside.remove(new Aside(place, owner));
        if (kept != null && !links.containsKey(place)) {
            write(kept);
        }
    }

    private void write(Link link) {
        if (!link.equals(links.get(link.place()))) {
            links.put(link.place(), link);
            changes++;
        }
    }

    /** Deletes an interface if it is the owner's, also where it is kept aside; does nothing otherwise. */
    public void delete(Place place, ConnectionId owner) {
        var present = links.get(place);
        if (present != null && present.owner().equals(owner)) {
            links.remove(place);
            changes++;
        }
        if (aside.remove(new Aside(place, owner)) != null) {
            changes++;
        }
    }

    /** Takes an interface away as somebody does by hand; whoever watches is told. */
    public void tear(Place place) {
        if (links.remove(place) != null) {
            changes++;
            told.accept(place);
        }
    }

    /** The machine is switched off. */
    public void clear() {
        links.clear();
        aside.clear();
        changes++;
    }

    /** The interface at a place. */
    public Optional<Link> link(Place place) {
        return Optional.ofNullable(links.get(place));
    }

    /** All interfaces that are in their places. */
    public List<Link> links() {
        return List.copyOf(links.values());
    }

    /** The interfaces that are kept aside. */
    public List<Link> keptAside() {
        return List.copyOf(aside.values());
    }

    /** A number that grows with each change. */
    public long changes() {
        return changes;
    }
}
