package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.VxlanSettings;

/**
 * Keeps the kernel's socket of the vxlan port open while wires come and go. Where a wire is the last on its port, the
 * kernel closes the socket with it, and takes some 20 ms for that in which nobody on the machine can change a link; a link
 * of the node's own that no wire needs makes it less than one. The link is of network {@value #NETWORK}, which
 * {@link VxlanGuard} lets nobody in to.
 */
public final class VxlanPort implements AutoCloseable {
    /** The network that no wire has. */
    static final int NETWORK = 0;

    private static final System.Logger LOG = System.getLogger(VxlanPort.class.getName());

    private final Node node;
    private final String name;

    private VxlanPort(Node node, String name) {
        this.node = node;
        this.name = name;
    }

    /** Holds the port of a node's underlay; where that cannot be, wires do without, and say what is wrong themselves. */
    public static VxlanPort hold(Node node, Underlay underlay) {
        var port = new VxlanPort(node, name(underlay.port()));
        try {
            port.open(new VxlanSettings(NETWORK, 0, underlay.address(), null, underlay.port(), false));
        } catch (KernelRefused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "vxlan port: cannot hold UDP {0,number,#} reason={1}",
                    underlay.port(),
                    e.getMessage());
            port.delete();
        }
        return port;
    }

    /** The name of the link that holds a port. */
    public static String name(int port) {
        return "nsm-vxlan-" + port;
    }

    private void open(VxlanSettings settings) {
        var present = link();
        if (present.filter(link -> link.up() && settings.equals(link.vxlan())).isPresent()) {
            return;
        }
        delete();
        int index = KernelPlumbing.index();
        node.network()
                .change()
                .addLink(new NewLink.Vxlan(LinkSettings.named(name).index(index), settings))
                .commit();
        node.withoutIpv6(name);
        node.network()
                .change()
                .setLink(index, LinkSettings.unchanged().up(true))
                .commit();
    }

    private Optional<Link> link() {
        return node.network().link(name).filter(link -> link.vxlan() != null);
    }

    private void delete() {
        link().ifPresent(link -> Node.deleteLink(node.network(), Node.SELF, link.index()));
    }

    /** Lets the port go, unless wires stand: the next process finds both as they were. */
    @Override
    public void close() {
        if (new Inventory(node).peers().isEmpty()) {
            delete();
        }
    }
}
