package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.List;

/** What shall be plugged for one connection on one node. */
public sealed interface Wire {
    /** Whose it is. */
    Owner owner();

    /** Its ends on this node. */
    List<End> ends();

    /**
     * The same wire with its namespaces found as another one finds them, which is asked for now: a file that came with an
     * earlier request is closed.
     */
    Wire reachedAs(Wire other);

    /**
     * One veth pair straight between two workloads.
     *
     * @param owner whose it is
     * @param client the client's end
     * @param endpoint the endpoint's end
     */
    record Local(Owner owner, End client, End endpoint) implements Wire {
        @Override
        public List<End> ends() {
            return List.of(client, endpoint);
        }

        @Override
        public Wire reachedAs(Wire other) {
            return new Local(owner, client.reachedAs(other.ends()), endpoint.reachedAs(other.ends()));
        }
    }

    /**
     * One vxlan link in a workload's namespace, whose packets leave through the node's underlay.
     *
     * @param owner whose it is
     * @param end the workload's end
     * @param tunnel how it reaches the other node
     */
    record Remote(Owner owner, End end, Tunnel tunnel) implements Wire {
        @Override
        public List<End> ends() {
            return List.of(end);
        }

        @Override
        public Wire reachedAs(Wire other) {
            return new Remote(owner, end.reachedAs(other.ends()), tunnel);
        }
    }

    /**
     * A vxlan tunnel.
     *
     * @param vni 1–16777215
     * @param remote the other node's underlay address
     * @param port the UDP port on both nodes
     */
    record Tunnel(int vni, InetAddress remote, int port) {}
}
