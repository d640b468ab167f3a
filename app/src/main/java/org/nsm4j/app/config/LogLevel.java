package org.nsm4j.app.config;

import java.util.Locale;

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
    ERROR;

    /**
     * Reads a level in upstream's words too, which has a few more for the same.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    static LogLevel parse(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "TRACE" -> TRACE;
            case "DEBUG" -> DEBUG;
            case "INFO" -> INFO;
            case "WARN", "WARNING" -> WARN;
            case "ERROR", "FATAL", "PANIC" -> ERROR;
            default -> throw new IllegalArgumentException("one of TRACE, DEBUG, INFO, WARN, ERROR");
        };
    }
}
