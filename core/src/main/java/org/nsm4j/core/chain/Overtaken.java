package org.nsm4j.core.chain;

/** An event of our own came to its turn, and the connection that it is about was gone or renewed by then. */
final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Overtaken() {
        super("overtaken by another event", null, false, false);
    }
}
