package org.nsm4j.functions.vpn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The stories with the kernel's own WireGuard. */
@Tag("vm")
final class KernelVpnGatewayTest extends VpnStories {
    @Test
    void the_kernel_carries_the_tunnel() {
        try (var world = new VpnWorld(namespaces)) {
            assertThat(world.vpn.tunnel().carrier()).isEqualTo("the kernel's WireGuard");
        }
    }

    @Test
    void the_next_process_adopts_the_tunnel_with_its_session() {
        var a = namespaces.create("vpn-a");
        try (var world = new VpnWorld(namespaces)) {
            world.open();
            world.plug(a, "one", "wa");
            assertThat(VpnWorld.answers(a, VpnWorld.WEB)).isTrue();
            var before = world.vpn.tunnel().peers().getFirst();
            world.vpn.close();
            world.nextProcess().open();
            var after = world.vpn.tunnel().peers().getFirst();
            assertThat(after.lastHandshake()).isEqualTo(before.lastHandshake());
            assertThat(after.received())
                    .isGreaterThanOrEqualTo(before.received())
                    .isPositive();
        }
    }
}
