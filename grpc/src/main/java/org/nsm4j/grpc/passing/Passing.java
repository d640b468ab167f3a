package org.nsm4j.grpc.passing;

/**
 * How one role passes files; shared by what it serves and what it asks.
 *
 * @param paths whether files that are named by path are passed as files, too, as upstream does; without, what came as a
 *     path goes on as a path, which is for roles of one host and a little quicker
 * @param sockets of endpoints, as they were passed
 */
public record Passing(boolean paths, HeldSockets sockets) {
    /** Passes everything that a peer on the same machine could need: it may see other file systems and processes. */
    public static Passing everything() {
        return new Passing(true, new HeldSockets());
    }

    /** Passes on what came as a file. */
    public static Passing onlyFiles() {
        return new Passing(false, new HeldSockets());
    }
}
