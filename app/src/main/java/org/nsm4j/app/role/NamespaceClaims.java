package org.nsm4j.app.role;

import java.util.Optional;
import java.util.stream.Stream;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.dataplane.wire.Place;
import org.nsm4j.grpc.server.Incoming;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;

/**
 * Lets a client of this node name its own network namespace only, unless it could enter any other by itself: the path of
 * a namespace is no proof of a right to it. A client of another node has none to name here; another role of this process
 * passes on what it was asked.
 *
 * <p>Place: in front of a manager's chain, where the kernel still says which process asks.
 */
final class NamespaceClaims implements Requests {
    private static final int CAP_SYS_ADMIN = 21;

    private final Requests rest;

    NamespaceClaims(Requests rest) {
        this.rest = rest;
    }

    @Override
    public Connection request(Request request, Caller caller) {
        if (Incoming.current().neighbour()) {
            return rest.request(request, caller);
        }
        var mechanism = Optional.ofNullable(request.connection().mechanism());
        Stream.concat(mechanism.stream(), request.preferences().stream())
                .filter(Mechanism.Kernel.class::isInstance)
                .map(Mechanism.Kernel.class::cast)
                .filter(kernel -> kernel.inodeUrl().isPresent())
                .forEach(kernel -> check(Place.of(kernel, caller.files())));
        return rest.request(request, caller);
    }

    @Override
    public void close(Connection connection, Caller caller) {
        rest.close(connection, caller);
    }

    private static void check(Place place) {
        if (place.isDescriptor() && isNode(place)) {
            throw refused(place, "it is the network namespace of the node itself", "a workload's");
        }
        var process = Incoming.current()
                .peerProcess()
                .orElseThrow(() -> refused(place, "the caller is on another node", "no mechanism KERNEL from there"));
        try {
            if (!process.hasCapability(CAP_SYS_ADMIN) && !isOwn(place, process.pid())) {
                throw refused(
                        place,
                        "it is not the namespace of the calling process " + process.pid(),
                        "its own, or a caller with CAP_SYS_ADMIN on this host");
            }
            if (!process.isAlive()) {
                throw refused(place, "the calling process ended", "one that lives until the answer");
            }
        } catch (KernelRefused e) {
            throw refused(place, "the calling process cannot be looked at: " + e.getMessage(), "one that is alive");
        }
    }

    private static boolean isOwn(Place place, long pid) {
        try (var named = place.open();
                var own = Netns.ofProcess(pid).open()) {
            return named.sameAs(own);
        }
    }

    /** A name may mean the node itself, which only its own client may ask for; a file never does. */
    private static boolean isNode(Place place) {
        try (var sent = place.open();
                var node = Netns.node().open()) {
            return sent.sameAs(node);
        } catch (KernelRefused e) {
            throw refused(place, "it cannot be looked at: " + e.getMessage(), "a network namespace");
        }
    }

    private static Refused refused(Place place, String why, String expected) {
        return new Refused(
                Refused.Reason.NOT_AUTHORIZED, "inodeURL: %s: %s (expected: %s)".formatted(place, why, expected));
    }
}
