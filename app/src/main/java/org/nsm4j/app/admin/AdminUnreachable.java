package org.nsm4j.app.admin;

/** Nobody answers at the admin socket, or it may not be opened. */
public final class AdminUnreachable extends RuntimeException {
    private static final long serialVersionUID = 1;

    AdminUnreachable(String socket, Throwable cause) {
        super(sentence(socket, cause), cause);
    }

    private static String sentence(String socket, Throwable cause) {
        var said = new StringBuilder();
        for (var each = cause; each != null; each = each.getCause()) {
            said.append(each.getMessage()).append('\n');
        }
        if (said.indexOf("ermission denied") >= 0) {
            return "cannot open %s: permission denied (expected: root, or a member of the node's --admin-group)"
                    .formatted(socket);
        }
        return "no node answers at %s (start one: sudo nsm up; is it elsewhere? --admin PATH or NSM_ADMIN)"
                .formatted(socket);
    }
}
