package org.nsm4j.dataplane.wire;

import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.NewLink;

/** Wires on one node: a veth pair straight between two workloads, nothing in between. */
final class VethWires {
    private final Node node;
    private final Reaper reaper;

    VethWires(Node node, Reaper reaper) {
        this.node = node;
        this.reaper = reaper;
    }

    /** Both ends at work: their namespaces, and what is there of ours under their names. */
    private record Pair(Workload client, Workload endpoint, Optional<Link> clientLink, Optional<Link> endpointLink) {
        boolean isWhole(Owners owners) {
            return clientLink.filter(owners::isOwn).isPresent()
                    && endpointLink.filter(owners::isOwn).isPresent()
                    && clientLink.get().kind().equals("veth")
                    && clientLink.get().peer() == endpointLink.get().index()
                    && endpointLink.get().peer() == clientLink.get().index();
        }
    }

    Fitted fit(Wire.Local wire, Owners owners) {
        try (var client = Workload.open(wire.client());
                var endpoint = Workload.open(wire.endpoint())) {
            if (client.isIn(endpoint)) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "client and endpoint are both in %s (expected: two network namespaces)"
                                .formatted(wire.client().place()));
            }
            var clientCollisions = new Collisions(client);
            var endpointCollisions = new Collisions(endpoint);
            var pair = new Pair(client, endpoint, clientCollisions.own(owners), endpointCollisions.own(owners));
            clientCollisions.refuse(pair.clientLink.map(Link::index).orElse(0));
            endpointCollisions.refuse(pair.endpointLink.map(Link::index).orElse(0));
            return pair.isWhole(owners) ? repair(pair, wire.owner()) : create(pair, owners);
        }
    }

    private Fitted repair(Pair pair, Owner owner) {
        var clientLink = pair.clientLink.orElseThrow();
        var endpointLink = pair.endpointLink.orElseThrow();
        var undo = new Fitting(pair.client).repair(clientLink);
        try {
            new Fitting(pair.endpoint).repair(endpointLink);
        } catch (RuntimeException e) {
            undo.run();
            throw e;
        }
        var standing = Fitted.ownerOf(clientLink, owner);
        return new Fitted(
                List.of(
                        pair.client.seat(node, clientLink.index(), standing, false),
                        pair.endpoint.seat(node, endpointLink.index(), standing, false)),
                List.of());
    }

    private Fitted create(Pair pair, Owners owners) {
        var owner = Fitted.next(owners.owner(), pair.clientLink, pair.endpointLink);
        var links = addPair(pair);
        if (owners.former().isPresent()) {
            new Fitting(pair.client).hastenNeighbours(links[0], pair.clientLink.isEmpty());
            new Fitting(pair.endpoint).hastenNeighbours(links[1], pair.endpointLink.isEmpty());
        }
        var making = new Making(
                node,
                List.of(
                        pair.client.seat(node, links[0], owner, false),
                        pair.endpoint.seat(node, links[1], owner, false)));
        try {
            // the end that has no predecessor first: nothing is disturbed before the other is sure
            if (pair.endpointLink.isEmpty()) {
                making.seat(pair.endpoint, links[1], pair.endpointLink);
                making.seat(pair.client, links[0], pair.clientLink);
            } else {
                making.seat(pair.client, links[0], pair.clientLink);
                making.seat(pair.endpoint, links[1], pair.endpointLink);
            }
            return making.done();
        } catch (RuntimeException e) {
            making.undo(e, reaper);
            throw e;
        }
    }

    private static int[] addPair(Pair pair) {
        for (int tries = 1; ; tries++) {
            int first = KernelPlumbing.index();
            int second = KernelPlumbing.index();
            var one = new Fitting(pair.client).born(first, pair.clientLink.isEmpty());
            var other = new Fitting(pair.endpoint).born(second, pair.endpointLink.isEmpty());
            try {
                pair.client
                        .network()
                        .change()
                        .addLink(new NewLink.Veth(one, other))
                        .commit();
                return new int[] {first, second};
            } catch (KernelRefused e) {
                if (!KernelPlumbing.isIndexTaken(e, tries)) {
                    throw e;
                }
            }
        }
    }
}
