package org.nsm4j.dataplane.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /** Lines that tell of anything but the loopback link, by which the end is marked. */
    String stop() {
        try {
            change("mtu 64000");
            var seen = readUntil("mtu 64000");
            process.destroy();
            var others = new StringBuilder();
            for (var line : seen.split("\n")) {
                if (!line.contains("lo:")
                        && !line.isBlank()
                        && !line.startsWith("    link/loopback")
                        && !line.contains("qdisc noqueue")) {
                    others.append(line).append('\n');
                }
            }
            return new String(others.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
