package org.nsm4j.dataplane.wire;

import java.io.IOException;
import java.util.stream.Collectors;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;

/** What {@code ip monitor} sees of a namespace between start and stop. */
record Monitor(Process process, Netns netns) {
    static Monitor start(Netns netns) {
        try {
            var process = new ProcessBuilder(
                            "ip", "-n", Namespaces.nameOf(netns), "monitor", "link", "address", "route", "rule")
                    .redirectErrorStream(true)
                    .start();
            var monitor = new Monitor(process, netns);
            // it listens once it reports a change of ours
            monitor.change("mtu 65000");
            monitor.readUntil("mtu 65000");
            return monitor;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void change(String what) {
        Namespaces.ip(netns, "link set lo " + what);
    }

    private String readUntil(String mark) throws IOException {
        var seen = new StringBuilder();
        while (seen.indexOf(mark) < 0) {
            int next = process.getInputStream().read();
            if (next < 0) {
                throw new AssertionError("ip monitor ended: " + seen);
            }
            seen.append((char) next);
        }
        return seen.toString();
    }

    /** The lines that tell of a link of ours; a change of the loopback link marks the end. */
    String stop() {
        try {
            change("mtu 64000");
            var seen = readUntil("mtu 64000");
            process.destroy();
            return seen.lines().filter(line -> line.contains("nsm-")).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
