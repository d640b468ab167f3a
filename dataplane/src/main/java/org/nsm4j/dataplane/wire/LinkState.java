package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.nsm4j.linux.KernelRefused;

/** How single links of a node's wires are, read by the numbers of their namespaces. */
public final class LinkState {
    private final Node node;

    /** Of a node. */
    public LinkState(Node node) {
        this.node = node;
    }

    /** What keeps a link from carrying packets; empty where nothing does, or it cannot be found out. */
    public Optional<String> trouble(Plumbing.Spot spot) {
        try {
            var link = node.links(spot.nsid()).stream()
                    .filter(each -> each.index() == spot.index())
                    .findFirst();
            if (link.isEmpty()) {
                return Optional.of("an interface is gone");
            }
            if (!link.get().up()) {
                return Optional.of(
                        "interface %s is switched off".formatted(link.get().name()));
            }
            return link.get().running()
                    ? Optional.empty()
                    : Optional.of(
                            "interface %s has no carrier".formatted(link.get().name()));
        } catch (KernelRefused e) {
            return Optional.empty();
        }
    }
}
