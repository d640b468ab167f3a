package org.nsm4j.dataplane.wire;

import java.util.Optional;
import org.nsm4j.core.model.ConnectionId;

/**
 * Whose a kernel object is, as its alias says: the alias outlives our process.
 *
 * @param node the node's name
 * @param connection the connection at the forwarder
 * @param generation counts what was made anew for the connection
 */
public record Owner(String node, ConnectionId connection, int generation) {
    private static final String MARK = "nsm4j:";
    private static final int LONGEST = 255;

    /** The alias, at most 255 bytes. */
    public String alias() {
        var text = MARK + generation + ":" + connection + ":" + node;
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** Reads an alias; empty where it is not one of ours. */
    public static Optional<Owner> parse(String alias) {
        var parts = alias.split(":", 4);
        if (parts.length == 4 && alias.startsWith(MARK) && parts[1].matches("[0-9]{1,9}")) {
            return Optional.of(new Owner(parts[3], new ConnectionId(parts[2]), Integer.parseInt(parts[1])));
        }
        return Optional.empty();
    }
}
