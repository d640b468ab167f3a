package org.nsm4j.functions.vpn;

import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.wireguard.WireguardKey;

/** A process that opens a tunnel, says so, and waits to be killed. */
final class TunnelOwner {
    private TunnelOwner() {}

    public static void main(String[] arguments) throws Exception {
        var config = WireguardConfig.parse("[Interface]\nPrivateKey=%s\n[Peer]\nPublicKey=%s\nAllowedIPs=10.20.0.0/16\n"
                .formatted(
                        WireguardKey.generate().base64(),
                        WireguardKey.generate().publicKey().base64()));
        new TunnelLink(new Netns(arguments[0]), arguments[1], config, new LiveScheduler()).open();
        System.out.println("open");
        System.in.read();
    }
}
