package org.nsm4j.app.cli;

/** What the exit codes of {@code nsm} mean; they never change. */
public enum Exit {
    /** Done. */
    OK(0),
    /** The node, or a hop behind it, said no. */
    REFUSED(1),
    /** The command line, a setting or a file cannot be understood; nothing was sent. */
    USAGE(2),
    /** No node answers at the admin socket, or it may not be opened. */
    UNREACHABLE(3),
    /** {@code nsm check} found something that does not work. */
    PROBLEMS(4),
    /** A bug. */
    BUG(70);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    /** The process's exit code. */
    public int code() {
        return code;
    }
}
