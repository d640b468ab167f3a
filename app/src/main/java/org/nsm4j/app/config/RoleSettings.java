package org.nsm4j.app.config;

/** What every role's settings have. */
@Unserved(
        env = "NSM_OPEN_TELEMETRY_ENDPOINT",
        preset = "otel-collector.observability.svc.cluster.local:4317",
        because = "no OTLP is sent; metrics are served where NSM_PROMETHEUS_LISTEN_ON says")
@Unserved(
        env = "NSM_METRICS_EXPORT_INTERVAL",
        preset = "10s",
        because = "no OTLP is sent; metrics are served where NSM_PROMETHEUS_LISTEN_ON says")
@Unserved(env = "TELEMETRY", preset = "false", because = "no OTLP is sent; see NSM_PROMETHEUS_LISTEN_ON")
@Unserved(env = "NSM_PPROF_ENABLED", preset = "false", because = "Go's profiler; ask this JVM by jcmd PID")
@Unserved(env = "NSM_PPROF_LISTEN_ON", preset = "localhost:6060", because = "Go's profiler; ask this JVM by jcmd PID")
public interface RoleSettings {
    /** From which level on events are logged. */
    LogLevel logLevel();
}
