package org.nsm4j.dataplane.wire;

import java.net.InetAddress;
import java.util.Set;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.netns.Netns;

/** A namespace that plays a node, with plumbing of its own. */
final class TestNode implements AutoCloseable {
    final Netns netns;
    final Node node;
    final Underlay underlay;
    final LiveScheduler scheduler = new LiveScheduler();
    final Reaper reaper;
    final VxlanGuard guard;
    final KernelPlumbing plumbing;

    TestNode(Netns netns, String address, int mtu) {
        this.netns = netns;
        this.node = Node.open(netns);
        this.underlay = new Underlay("under", InetAddress.ofLiteral(address), mtu, 4789);
        this.reaper = new Reaper(node, scheduler);
        this.guard = new VxlanGuard(node, underlay.port(), Set.of(), java.time.Duration.ZERO, scheduler);
        this.plumbing = new KernelPlumbing(node, underlay, guard, reaper);
    }

    @Override
    public void close() {
        reaper.close();
        scheduler.close();
        node.close();
    }
}
