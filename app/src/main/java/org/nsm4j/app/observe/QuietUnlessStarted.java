package org.nsm4j.app.observe;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.nsm4j.app.config.LogLevel;

/**
 * What holds in a program that has our jars on its class path and never calls {@link Logging#start}: warnings, on standard
 * error. Logback's own preset writes every line of every library to standard output.
 */
public final class QuietUnlessStarted extends ContextAwareBase implements Configurator {
    /** Made by logback, which finds it as a service. */
    public QuietUnlessStarted() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logging.configure(context, LogLevel.WARN, System.err);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
