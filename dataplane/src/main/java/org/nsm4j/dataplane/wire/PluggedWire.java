package org.nsm4j.dataplane.wire;

import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;

/** A wire in the kernel, as its connection holds it. */
final class PluggedWire implements Plumbing.Plugged {
    private final KernelPlumbing plumbing;
    private final Reaper reaper;
    private final PeerGuard.@Nullable Hold peer;
    private final long[] cookies;
    private Wire wire;

    PluggedWire(KernelPlumbing plumbing, Reaper reaper, Wire wire, PeerGuard.@Nullable Hold peer, long[] cookies) {
        this.plumbing = plumbing;
        this.reaper = reaper;
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
        switch (wire) {
            case Wire.Local local -> {
                layOff(local.client(), cookies[0], local.owner());
                layOff(local.endpoint(), cookies[1], local.owner());
            }
            case Wire.Remote remote -> layOff(remote.end(), cookies[0], remote.owner());
        }
        if (peer != null) {
            peer.close();
        }
    }

    private void layOff(End end, long cookie, Owner owner) {
        try (var workload = Workload.open(end)) {
            // the path may lead to another namespace by now, or the interface may be another's: not ours to touch
            if (workload.cookie() == cookie) {
                workload.network()
                        .link(end.name())
                        .filter(link -> Collisions.isOf(link, owner))
                        .ifPresent(link -> workload.layOff(link, reaper));
            }
        } catch (KernelRefused e) {
            // a namespace that is gone took its links along
            if (!e.is(Errno.ENOENT, Errno.ESRCH)) {
                throw KernelPlumbing.refused(e);
            }
        }
    }
}
