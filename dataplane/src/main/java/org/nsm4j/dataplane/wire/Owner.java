package org.nsm4j.dataplane.wire;

import java.util.Optional;
import java.util.regex.Pattern;
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
    private static final Pattern ALIAS = Pattern.compile("nsm4j:([0-9]{1,9}):([^:]+):([^:]+)");
    /** What stands in an alias as it is; everything else is known there by its digest. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@+=/-]{1,100}");

    /** The alias: {@code nsm4j:GENERATION:CONNECTION:NODE}, at most 255 bytes, one digest for each odd or long name. */
    public String alias() {
        return MARK + generation + ":" + label(connection.value()) + ":" + label(node);
    }

    /** Reads an alias; empty where it is not one of ours. A name that went in as a digest comes out as one. */
    public static Optional<Owner> parse(String alias) {
        var parts = ALIAS.matcher(alias);
        return parts.matches()
                ? Optional.of(
                        new Owner(parts.group(3), new ConnectionId(parts.group(2)), Integer.parseInt(parts.group(1))))
                : Optional.empty();
    }

    /** Whether both are of one connection on one node, whatever the generation; either may have been read from an alias. */
    boolean sameConnection(Owner other) {
        return label(connection.value()).equals(label(other.connection.value()))
                && label(node).equals(label(other.node));
    }

    Owner ofGeneration(int number) {
        return new Owner(node, connection, number);
    }

    private static String label(String text) {
        return PLAIN.matcher(text).matches() || isDigest(text) ? text : "~" + InterfaceName.digest(text);
    }

    private static boolean isDigest(String text) {
        return text.length() > 1
                && text.charAt(0) == '~'
                && PLAIN.matcher(text.substring(1)).matches();
    }
}
