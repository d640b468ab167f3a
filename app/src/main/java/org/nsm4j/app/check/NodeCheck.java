package org.nsm4j.app.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.app.admin.NodeStatus;

/** What the node that runs here says of itself and of the others. */
final class NodeCheck {
    /** Tokens live ten minutes, and are refused before they begin: a clock may be off by far less than that. */
    private static final Duration CLOCK = Duration.ofSeconds(5);

    private static final Duration IDENTITY = Duration.ofMinutes(5);

    private NodeCheck() {}

    static List<Finding> run(NodeReport report, List<NodeStatus> nodes) {
        var findings = new ArrayList<Finding>();
        for (var part : report.parts()) {
            findings.add(
                    part.ready()
                            ? Finding.ok(part.name(), part.text().isEmpty() ? "ready" : part.text())
                            : Finding.fail(part.name(), "not ready: " + part.text(), "see the node's log"));
        }
        findings.add(identity(report));
        nodes.forEach(node -> findings.add(clock(node)));
        return findings;
    }

    private static Finding identity(NodeReport report) {
        var expires = report.identityExpires();
        if (expires == null || report.identity().isEmpty()) {
            return Finding.fail("identity", "none yet", "see the node's log; with SPIRE: is its agent up?");
        }
        var left = Duration.between(report.now(), expires);
        var text = "%s until %s".formatted(report.identity(), expires);
        return left.compareTo(IDENTITY) > 0
                ? Finding.ok("identity", text)
                : Finding.fail("identity", text + ": not renewed", "see the node's log");
    }

    private static Finding clock(NodeStatus node) {
        var offset = node.clockOffset();
        var text = "%s is off by %d ms".formatted(node.name(), offset.toMillis());
        return offset.abs().compareTo(CLOCK) <= 0
                ? Finding.ok("clock", text)
                : Finding.fail(
                        "clock", text, "set the clocks by NTP: tokens of one node would be refused by the other");
    }
}
