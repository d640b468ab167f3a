package org.nsm4j.app.check;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.net.Rule;
import org.nsm4j.linux.net.VxlanSettings;
import org.nsm4j.linux.netlink.NetlinkSocket;
import org.nsm4j.linux.netlink.Request;
import org.nsm4j.linux.netns.NamedNetns;
import org.nsm4j.linux.netns.Netns;

/** What the kernel can do, by doing it in a namespace that is thrown away. */
final class KernelCheck {
    private static final String NETNS = "netns";
    private static final int VNI = 4711;

    /** {@code NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN} of linux/netfilter/nf_tables.h */
    private static final int NFT_GETGEN = 10 << 8 | 16;

    private KernelCheck() {}

    static List<Finding> run(boolean root) {
        if (!root) {
            return List.of(Finding.warn("kernel", "not probed, that takes root", "sudo nsm check"));
        }
        var name = "nsm-check-" + ProcessHandle.current().pid();
        Netns netns;
        try {
            netns = NamedNetns.create(name);
        } catch (KernelRefused e) {
            return List.of(Finding.fail(
                    NETNS,
                    String.valueOf(e.getMessage()),
                    "give the process CAP_SYS_ADMIN and a kernel with CONFIG_NET_NS"));
        }
        try {
            return probe(netns);
        } finally {
            NamedNetns.delete(name);
        }
    }

    private static List<Finding> probe(Netns netns) {
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok(NETNS, "namespaces can be made and entered"));
        try (var network = Network.open(netns)) {
            var veth = new NewLink.Veth(LinkSettings.named("check-a"), LinkSettings.named("check-b"));
            findings.add(link(network, "veth", veth, "local wires need CONFIG_VETH"));
            var vxlan = new NewLink.Vxlan(
                    LinkSettings.named("check-x"), new VxlanSettings(VNI, 0, null, null, 4789, false));
            findings.add(link(network, "vxlan", vxlan, "wires between nodes need CONFIG_VXLAN"));
            findings.add(
                    link(network, "bridge", NewLink.bridge(LinkSettings.named("check-br")), "load the module bridge"));
            findings.add(wireguard(network));
            findings.add(attempt(
                    "rules",
                    "policy routing",
                    "it needs CONFIG_IP_MULTIPLE_TABLES",
                    () -> network.change()
                            .addRule(Rule.from(Prefix.parse("192.0.2.0/24"), 4711, 4711))
                            .commit()));
        }
        findings.add(attempt("nftables", "nf_tables answers", "load the module nf_tables", () -> nftables(netns)));
        findings.add(tun());
        return findings;
    }

    private static Finding link(Network network, String kind, NewLink link, String cure) {
        return attempt(
                kind,
                "links of kind " + kind + " can be made",
                cure,
                () -> network.change().addLink(link).commit());
    }

    private static Finding wireguard(Network network) {
        try {
            network.change()
                    .addLink(NewLink.wireguard(LinkSettings.named("check-wg")))
                    .commit();
            return Finding.ok("wireguard", "the kernel's own");
        } catch (KernelRefused e) {
            return Finding.warn(
                    "wireguard",
                    "not in this kernel: vpn-gateway will use wireguard-go, slower",
                    "load the module wireguard, or see that wireguard-go is installed");
        }
    }

    private static void nftables(Netns netns) {
        try (var socket = netns.inside(() -> NetlinkSocket.open(NetlinkSocket.NETFILTER, netns.path()))) {
            // The body is a nfgenmsg: any family, version 0, resource 0.
            socket.query(
                    new Request(() -> "ask nf_tables for its generation", NFT_GETGEN, 0, body -> body.i32(0)),
                    message -> true);
        }
    }

    private static Finding tun() {
        var cure = "load the module tun; in a container pass the device in";
        try (var file = new java.io.RandomAccessFile("/dev/net/tun", "rw")) {
            return Finding.ok("tun", "/dev/net/tun can be opened");
        } catch (java.io.IOException e) {
            return Finding.fail("tun", String.valueOf(e.getMessage()), cure);
        }
    }

    private static Finding attempt(String what, String text, String cure, Runnable action) {
        try {
            action.run();
            return Finding.ok(what, text);
        } catch (KernelRefused e) {
            var right = e.is(Errno.EPERM) ? "give the process CAP_NET_ADMIN" : cure;
            return Finding.fail(what, String.valueOf(e.getMessage()), right);
        }
    }
}
