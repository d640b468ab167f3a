package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.nsm4j.linux.net.Link;

/**
 * Whose links may be taken over when a wire is fitted: its owner's, and those of the one that it takes the place of.
 *
 * @param owner of the wire
 * @param former of the wire before; empty where there is none, or it is the same
 */
record Owners(Owner owner, Optional<Owner> former) {
    static Owners alone(Owner owner) {
        return new Owners(owner, Optional.empty());
    }

    /** Whether a link is one of theirs. */
    boolean have(Link link) {
        var present = Owner.parse(link.alias());
        return present.filter(owner::sameConnection).isPresent()
                || (former.isPresent()
                        && present.filter(former.get()::sameConnection).isPresent());
    }

    /** Whether a link is the owner's own, which is repaired and not replaced. */
    boolean isOwn(Link link) {
        return Owner.parse(link.alias()).filter(owner::sameConnection).isPresent();
    }
}
