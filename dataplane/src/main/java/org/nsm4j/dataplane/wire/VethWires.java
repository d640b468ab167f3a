package org.nsm4j.dataplane.wire;

import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.NewLink;

/** Wires on one node: a veth pair straight between two workloads, nothing in between. */
final class VethWires {
    private final Reaper reaper;

    VethWires(Reaper reaper) {
        this.reaper = reaper;
    }

    long[] fit(Wire.Local wire) {
        try (var client = Workload.open(wire.client());
                var endpoint = Workload.open(wire.endpoint())) {
            if (client.netns().sameAs(endpoint.netns())) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "client and endpoint are both in %s (expected: two network namespaces)"
                                .formatted(wire.client().place()));
            }
            var owner = wire.owner();
            var clientLink = client.collisions().own(owner);
            var endpointLink = endpoint.collisions().own(owner);
            client.collisions().refuse(clientLink.map(Link::index).orElse(0));
            endpoint.collisions().refuse(endpointLink.map(Link::index).orElse(0));
            if (clientLink.isPresent() && endpointLink.isPresent()) {
                client.fitting().repair(clientLink.get());
                endpoint.fitting().repair(endpointLink.get());
            } else {
                // half a pair cannot be: what is left of it belongs to an attempt that died
                clientLink.ifPresent(link -> client.layOff(link, reaper));
                endpointLink.ifPresent(link -> endpoint.layOff(link, reaper));
                create(wire, client, endpoint);
            }
            return new long[] {client.cookie(), endpoint.cookie()};
        }
    }

    private void create(Wire.Local wire, Workload client, Workload endpoint) {
        var links = addPair(wire, client, endpoint);
        try {
            client.fitting().furnish(links[0], wire.owner());
            endpoint.fitting().furnish(links[1], wire.owner());
        } catch (RuntimeException e) {
            client.layOff(links[0], reaper);
            throw e;
        }
    }

    private static int[] addPair(Wire.Local wire, Workload client, Workload endpoint) {
        for (int tries = 1; ; tries++) {
            int first = KernelPlumbing.index();
            int second = KernelPlumbing.index();
            var one = Fitting.born(wire.client(), first, client.netns());
            var other = Fitting.born(wire.endpoint(), second, endpoint.netns());
            try {
                client.network().change().addLink(new NewLink.Veth(one, other)).commit();
                return new int[] {first, second};
            } catch (KernelRefused e) {
                if (!KernelPlumbing.isIndexTaken(e, tries)) {
                    throw e;
                }
            }
        }
    }

    void remove(Wire.Local wire, long[] cookies) {
        Workload.layOff(wire.client(), cookies[0], wire.owner(), reaper);
        Workload.layOff(wire.endpoint(), cookies[1], wire.owner(), reaper);
    }
}
