package org.nsm4j.app.observe;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Everything that is counted, under the names that docs/cli.md lists. No label ever carries an id, so the number of series
 * is bounded by the number of roles, outcomes and kinds.
 */
public final class Metrics {
    private static final double[] SECONDS = {
        0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 2.5, 5, 15
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests =
            counter("nsm_requests", "Requests and closes, by what became of them", "role", "verb", "outcome");
    private final Histogram requestTime =
            histogram("nsm_request_seconds", "Time of requests and closes", "role", "verb");
    private final Counter kernel =
            counter("nsm_kernel_operations", "Changes asked of the kernel", "operation", "outcome");
    private final Histogram kernelTime =
            histogram("nsm_kernel_operation_seconds", "Time of changes of the kernel", "operation");
    private final Histogram heals = histogram(
            "nsm_heal_gap_seconds", "For how long wires did not work at most, by how they were healed", "how");
    private final Map<String, IntSupplier> connections = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> leases = new ConcurrentHashMap<>();
    private final Map<String, IntSupplier> leftovers = new ConcurrentHashMap<>();
    private final Map<String, IntSupplier> entries = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Instant>> certificates = new ConcurrentHashMap<>();

    /** Nothing counted yet. */
    public Metrics() {
        gauge("nsm_connections", "Connections that are held now", "role", connections, IntSupplier::getAsInt);
        gauge(
                "nsm_leases",
                "Addresses, VNIs and other leases that are held now",
                "kind",
                leases,
                LongSupplier::getAsLong);
        gauge(
                "nsm_leftovers",
                "What is on the node and should not be, or should be and is not",
                "kind",
                leftovers,
                IntSupplier::getAsInt);
        gauge(
                "nsm_registry_entries",
                "Services and endpoints that are registered now",
                "kind",
                entries,
                IntSupplier::getAsInt);
        gauge(
                "nsm_certificate_expiry_timestamp_seconds",
                "When the identity's certificate ends",
                "identity",
                certificates,
                end -> end.get().getEpochSecond());
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    private Histogram histogram(String name, String help, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }

    private <S> void gauge(
            String name,
            String help,
            String label,
            Map<String, S> sources,
            java.util.function.ToDoubleFunction<S> read) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(out -> sources.forEach((value, source) -> out.call(read.applyAsDouble(source), value)))
                .register(registry);
    }

    /** Adds the JVM's own: memory, garbage collection, threads, descriptors, CPU. */
    public void includeJvm() {
        JvmMetrics.builder().register(registry);
    }

    /**
     * A request or close that was answered.
     *
     * @param role {@code manager}, {@code forwarder} …
     * @param verb {@code request}, {@code refresh} or {@code close}
     * @param outcome {@code done}, or the reason of the refusal
     * @param took how long
     */
    public void answered(String role, String verb, String outcome, Duration took) {
        requests.labelValues(role, verb, outcome).inc();
        requestTime.labelValues(role, verb).observe(seconds(took));
    }

    /**
     * A change that the kernel answered.
     *
     * @param operation {@code add veth} …; one of a few
     * @param outcome {@code done}, or the error's name
     * @param took how long
     */
    public void kernelAnswered(String operation, String outcome, Duration took) {
        kernel.labelValues(operation, outcome).inc();
        kernelTime.labelValues(operation).observe(seconds(took));
    }

    /**
     * A connection of the node's client that broke and was brought back.
     *
     * @param how {@code mended} or {@code moved}
     * @param gap for how long its wire did not work at most
     */
    public void healed(String how, Duration gap) {
        heals.labelValues(how).observe(seconds(gap));
    }

    /** Where the number of a role's connections is read from, at each scrape. */
    public void connections(String role, IntSupplier number) {
        connections.put(role, number);
    }

    /** Where the number of leases of a kind is read from, at each scrape. */
    public void leases(String kind, LongSupplier number) {
        leases.put(kind, number);
    }

    /** Where the number of leftovers of a kind is read from, at each scrape. */
    public void leftovers(String kind, IntSupplier number) {
        leftovers.put(kind, number);
    }

    /** Where the number of registered services or endpoints is read from, at each scrape. */
    public void registered(String kind, IntSupplier number) {
        entries.put(kind, number);
    }

    /** Where the end of an identity's certificate is read from, at each scrape. */
    public void certificate(String identity, Supplier<Instant> end) {
        certificates.put(identity, end);
    }

    private static double seconds(Duration took) {
        return took.toNanos() / 1e9;
    }

    PrometheusRegistry registry() {
        return registry;
    }
}
