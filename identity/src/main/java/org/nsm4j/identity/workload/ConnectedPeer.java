package org.nsm4j.identity.workload;

import io.grpc.Attributes;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.identity.attest.Peer;

/** Who connected, as the transport holds it. */
record ConnectedPeer(PeerProcess process) implements Peer {
    /** Who calls, from the attributes of a call's connection. */
    static Peer of(Attributes attributes) {
        var process = attributes.get(PeerProcess.PEER);
        if (process == null) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED, "workload: unknown (expected: a caller on the unix socket)");
        }
        return new ConnectedPeer(process);
    }

    @Override
    public int pid() {
        return process.pid();
    }

    @Override
    public int uid() {
        return process.uid();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }
}
