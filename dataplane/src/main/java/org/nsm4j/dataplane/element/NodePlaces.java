package org.nsm4j.dataplane.element;

import java.util.function.Predicate;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.model.Refused;
import org.nsm4j.dataplane.wire.Node;
import org.nsm4j.dataplane.wire.Place;

/**
 * {@link PlaceCheck} that keeps the node's own network out of the workloads' hands: whoever can name a path could name
 * {@code /proc/1/ns/net} too. Only a client that root has sent may have the node itself plugged, an endpoint never.
 */
public final class NodePlaces implements PlaceCheck {
    private final Node node;
    private final Predicate<Call> mayPlugNode;

    /**
     * Guards a node.
     *
     * @param node whose namespace is guarded
     * @param mayPlugNode which calls come from the node's own client, as the transport has proved it
     */
    public NodePlaces(Node node, Predicate<Call> mayPlugNode) {
        this.node = node;
        this.mayPlugNode = mayPlugNode;
    }

    @Override
    public void check(Place place, Side side, Call call) {
        if (node.isAt(place) && !(side == Side.CLIENT && mayPlugNode.test(call))) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "inodeURL: %s is the network namespace of the node itself (expected: a workload's; the node's own only for a client on the node, by --netns host)"
                            .formatted(place));
        }
    }
}
