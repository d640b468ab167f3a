package org.nsm4j.app.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Link;
import org.nsm4j.linux.net.Network;

/** Links that carry our alias and belong to no connection; in this namespace and in all that were plugged from it. */
final class LeftoverCheck {
    /** What the alias of every link begins with that a forwarder makes. */
    private static final String OURS = "nsm4j:";

    private LeftoverCheck() {}

    static List<Finding> run(boolean root, NodeReport report) {
        if (!root) {
            return List.of(Finding.warn("leftovers", "not looked for, that takes root", "sudo nsm check"));
        }
        var held = new HashSet<>(report.heldAliases());
        try (var network = Network.ofNode()) {
            var findings = new ArrayList<>(of(network.links(), "the host's namespace", held));
            for (int nsid : network.nsids()) {
                findings.addAll(of(network.linksOf(nsid), "the namespace with nsid " + nsid, held));
            }
            return findings.isEmpty() ? List.of(Finding.ok("leftovers", "none")) : findings;
        } catch (KernelRefused e) {
            return List.of(Finding.warn("leftovers", String.valueOf(e.getMessage()), ""));
        }
    }

    static List<Finding> of(List<Link> links, String where, Set<String> held) {
        return links.stream()
                .filter(link -> link.alias().startsWith(OURS) && !held.contains(link.alias()))
                .map(link -> Finding.warn(
                        "leftovers",
                        "%s in %s has no connection (%s)".formatted(link.name(), where, link.alias()),
                        "the node removes it after its expiry; at once: ip link delete " + link.name()))
                .toList();
    }
}
