package org.nsm4j.app.config;

/** What every role's settings have. */
public interface RoleSettings {
    /** From which level on events are logged. */
    LogLevel logLevel();
}
