package org.nsm4j.app.cli;

/** A command line that was parsed and still makes no sense. */
final class BadUsage extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadUsage(String sentence) {
        super(sentence);
    }
}
