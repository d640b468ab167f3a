package org.nsm4j.app.check;

import java.util.List;
import org.nsm4j.app.admin.Admin.Leftover;

/** What should be on a node and is not, and what is there and should not be, as the node's auditor found it. */
public final class LeftoverCheck {
    private LeftoverCheck() {}

    /** One finding for each; one that says so where there is nothing. */
    public static List<Finding> of(List<Leftover> found) {
        return found.isEmpty()
                ? List.of(Finding.ok("leftovers", "none"))
                : found.stream()
                        .map(each -> Finding.warn("leftovers", each.kind() + ": " + each.text(), each.cure()))
                        .toList();
    }
}
