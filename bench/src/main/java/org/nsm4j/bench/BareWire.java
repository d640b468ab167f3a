package org.nsm4j.bench;

import java.net.InetAddress;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Route;
import org.nsm4j.linux.net.VxlanSettings;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * The same objects that a connection has, made by the bare kernel interface: sockets at hand, as few messages as there
 * can be, nobody asked. What this takes is the limit of what ours can take.
 */
final class BareWire implements AutoCloseable {
    private static final int GROUP = 77;
    private static final int VXLAN_PORT = 4790;
    private static final String ALIAS =
            "as long as the alias of one of our own wires: its connection, generation, node";
    private static final Prefix CLIENT = Prefix.parse("172.22.0.1/32");
    private static final Prefix ENDPOINT = Prefix.parse("172.22.0.2/32");

    private final OpenNetns client;
    private final OpenNetns endpoint;
    private final Network clientNetwork;
    private final Network endpointNetwork;
    private final Network nodeA;
    private final Network nodeB;
    private int vni = 0x700000;

    BareWire(Netns client, Netns endpoint) {
        this.client = client.open();
        this.endpoint = endpoint.open();
        this.clientNetwork = Network.open(this.client);
        this.endpointNetwork = Network.open(this.endpoint);
        this.nodeA = Network.open(Netns.named(Site.NODE_A));
        this.nodeB = Network.open(Netns.named(Site.NODE_B));
    }

    /** A veth pair straight between both namespaces. */
    void local(int mtu) {
        var born = LinkSettings.named("bare").mtu(mtu).group(GROUP);
        clientNetwork
                .change()
                .addLink(new NewLink.Veth(born.index(7001), born.index(7002).in(endpoint)))
                .commit();
        furnish(clientNetwork, 7001, CLIENT, ENDPOINT);
        furnish(endpointNetwork, 7002, ENDPOINT, CLIENT);
    }

    /** A vxlan link whose two ends are born in both namespaces, and whose packets leave by the nodes' underlay. */
    void remote(int mtu) {
        vni++;
        tunnel(nodeA, client, 7001, Site.ADDRESS_A, Site.ADDRESS_B, mtu);
        tunnel(nodeB, endpoint, 7002, Site.ADDRESS_B, Site.ADDRESS_A, mtu);
        furnish(clientNetwork, 7001, CLIENT, ENDPOINT);
        furnish(endpointNetwork, 7002, ENDPOINT, CLIENT);
    }

    private void tunnel(Network node, OpenNetns birthplace, int index, String from, String to, int mtu) {
        int underlay = node.link(Site.UNDERLAY).orElseThrow().index();
        node.change()
                .addLink(new NewLink.Vxlan(
                        LinkSettings.named("bare")
                                .index(index)
                                .mtu(mtu)
                                .group(GROUP)
                                .in(birthplace),
                        VxlanSettings.between(address(from), address(to), vni, underlay, VXLAN_PORT)))
                .commit();
    }

    private static InetAddress address(String text) {
        return Prefix.parse(text + "/32").address();
    }

    private static void furnish(Network network, int index, Prefix own, Prefix other) {
        network.change()
                .setLink(index, LinkSettings.unchanged().alias(ALIAS).up(true))
                .addAddress(Address.of(index, own))
                .addRoute(Route.on(index, other))
                .commit();
    }

    /** Where the other end answers. */
    static String target() {
        return ENDPOINT.address().getHostAddress();
    }

    /** Deletes what was made last. */
    void delete() {
        clientNetwork.change().deleteLinksOfGroup(GROUP).commit();
        endpointNetwork.change().deleteLinksOfGroup(GROUP).attempt();
    }

    @Override
    public void close() {
        clientNetwork.close();
        endpointNetwork.close();
        nodeA.close();
        nodeB.close();
        client.close();
        endpoint.close();
    }
}
