package org.nsm4j.dataplane.wire;

import java.util.List;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.linux.netns.Netns;

/** A process that plugs one IPv6 wire between two namespaces and says what came of it. */
final class PlugOnce {
    private PlugOnce() {}

    public static void main(String[] paths) {
        var scheduler = new LiveScheduler();
        try (var node = Node.own();
                var reaper = new Reaper(node, scheduler)) {
            var wire = new Wire.Local(
                    Wiring.owner("c1"),
                    Wiring.end(new Netns(paths[0]), 0, List.of("fd00::1/128"), List.of("fd00::2/128")),
                    Wiring.end(new Netns(paths[1]), 0, List.of("fd00::2/128"), List.of("fd00::1/128")));
            new KernelPlumbing(node, null, PeerGuard.OPEN, reaper).plug(wire);
            System.out.println("plugged");
        } catch (Refused e) {
            System.out.println(e.reason() + " " + e.getMessage());
        } finally {
            scheduler.close();
        }
    }
}
