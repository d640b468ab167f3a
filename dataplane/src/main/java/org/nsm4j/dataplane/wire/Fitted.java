package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.nsm4j.linux.net.Link;

/**
 * What fitting a wire has led to.
 *
 * @param seats where its ends are, the client's first
 * @param parked what had to make room
 */
record Fitted(List<Seat> seats, List<Parked> parked) {
    Fitted {
        seats = List.copyOf(seats);
        parked = List.copyOf(parked);
    }

    /** The owner as a link's own alias says, generation included. */
    static Owner ownerOf(Link link, Owner otherwise) {
        return Owner.parse(link.alias()).orElse(otherwise);
    }

    /** The owner of what is made beside links that are there already: one generation after the latest of them. */
    @SafeVarargs
    static Owner next(Owner asked, Optional<Link>... present) {
        int generation = asked.generation();
        for (var link : present) {
            if (link.isPresent()) {
                generation = Math.max(generation, ownerOf(link.get(), asked).generation() + 1);
            }
        }
        return asked.ofGeneration(generation);
    }
}
