package org.nsm4j.app.config;

/** How much is logged. */
public enum LogLevel {
    /** Everything, what goes over the wire included (never a token). */
    TRACE,
    /** What each element did. */
    DEBUG,
    /** One line for each event that changes something. */
    INFO,
    /** What an operator should look at. */
    WARN,
    /** What did not work and will not by itself. */
    ERROR
}
