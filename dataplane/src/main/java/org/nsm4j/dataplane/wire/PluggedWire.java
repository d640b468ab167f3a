package org.nsm4j.dataplane.wire;

import org.jspecify.annotations.Nullable;

/** A wire in the kernel, as its connection holds it. */
final class PluggedWire implements Plumbing.Plugged {
    private final KernelPlumbing plumbing;
    private final PeerGuard.@Nullable Hold peer;
    private final long[] cookies;
    private volatile Wire wire;

    PluggedWire(KernelPlumbing plumbing, Wire wire, PeerGuard.@Nullable Hold peer, long[] cookies) {
        this.plumbing = plumbing;
        this.wire = wire;
        this.peer = peer;
        this.cookies = cookies;
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public void change(Wire to) {
        plumbing.fit(to);
        wire = to;
    }

    @Override
    public void close() {
        try {
            plumbing.remove(wire, cookies);
        } finally {
            if (peer != null) {
                peer.close();
            }
        }
    }
}
