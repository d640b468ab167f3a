package org.nsm4j.app.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.app.admin.Admin.Leftover;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.app.config.NodeSettings;

/** Every check of this host, in the order in which they are shown; nothing is changed by any of them. */
public final class HostCheck {
    private HostCheck() {}

    /**
     * Looks at this host.
     *
     * @param settings those that {@code nsm up} would have
     * @param root whether the kernel may be probed
     * @param node the node that runs here; empty if none does
     * @param nodes the domain's nodes as that node knows them
     * @param leftovers what that node's auditor found
     */
    public static List<Finding> run(
            NodeSettings settings,
            boolean root,
            Optional<NodeReport> node,
            List<NodeStatus> nodes,
            List<Leftover> leftovers) {
        var findings = new ArrayList<>(KernelCheck.run(root));
        findings.addAll(LimitCheck.run());
        findings.addAll(FileCheck.run(settings));
        if (node.isPresent()) {
            findings.addAll(NodeCheck.run(node.get(), nodes));
            findings.addAll(LeftoverCheck.of(leftovers));
        } else {
            findings.addAll(PortCheck.run(settings));
        }
        return findings;
    }
}
