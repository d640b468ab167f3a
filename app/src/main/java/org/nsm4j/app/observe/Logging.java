package org.nsm4j.app.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.logging.LogManager;
import org.nsm4j.app.config.LogLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import sun.misc.Signal;

/**
 * Sets logging up: one line for each event, to one stream, secrets taken out, {@code java.util.logging} and
 * {@code System.Logger} included. SIGUSR1 switches to TRACE and SIGUSR2 back, as in upstream's programs.
 */
public final class Logging {
    private Logging() {}

    /**
     * Starts logging in this process; a second call replaces the first.
     *
     * @param level from which events are written; libraries are held at INFO or above it
     * @param out where to
     */
    public static void start(LogLevel level, OutputStream out) {
        configure((LoggerContext) LoggerFactory.getILoggerFactory(), level, out);
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.install();
    }

    static void configure(LoggerContext context, LogLevel level, OutputStream out) {
        context.reset();
        var layout = new LogLine();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(new StaysOpen(out));
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        setLevel(context, level);
        // A unix socket has no keep-alive, and Netty says so for each one.
        context.getLogger("io.netty.bootstrap").setLevel(Level.ERROR);
        // A workload without any network has no hardware address, which Netty takes for worth a warning.
        context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
    }

    /** What it writes to stays open: an appender closes its stream when it is replaced, and that may be standard error. */
    private static final class StaysOpen extends FilterOutputStream {
        StaysOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** Changes the level at once. */
    public static void setLevel(LogLevel level) {
        setLevel((LoggerContext) LoggerFactory.getILoggerFactory(), level);
    }

    private static void setLevel(LoggerContext context, LogLevel level) {
        var own = Level.valueOf(level.name());
        context.getLogger("org.nsm4j").setLevel(own);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(own.isGreaterOrEqual(Level.INFO) ? own : Level.INFO);
    }

    /**
     * Lets SIGUSR1 switch to TRACE and SIGUSR2 back to the level given.
     *
     * @throws IllegalArgumentException where the JVM keeps these signals for itself
     */
    public static void followSignals(LogLevel level) {
        Signal.handle(new Signal("USR2"), signal -> setLevel(level));
        Signal.handle(new Signal("USR1"), signal -> setLevel(LogLevel.TRACE));
    }
}
