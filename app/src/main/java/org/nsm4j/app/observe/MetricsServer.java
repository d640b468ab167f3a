package org.nsm4j.app.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.nsm4j.app.config.HostPort;
import org.nsm4j.core.model.Refused;

/** Serves {@code GET /metrics} in Prometheus' text format. No authentication: listen on the loopback, or where only scrapers reach. */
public final class MetricsServer implements AutoCloseable {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads;

    private MetricsServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts serving.
     *
     * @throws Refused with {@code CONFLICT} where the port is taken
     */
    public static MetricsServer start(Metrics metrics, HostPort where) {
        var address = where.host().isEmpty()
                ? new InetSocketAddress(where.port())
                : new InetSocketAddress(where.host(), where.port());
        try {
            var server = HttpServer.create(address, 8);
            var threads = Executors.newVirtualThreadPerTaskExecutor();
            server.setExecutor(threads);
            server.createContext("/metrics", exchange -> answer(metrics, exchange));
            server.start();
            return new MetricsServer(server, threads);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.CONFLICT,
                    "cannot listen on %s for metrics: %s (expected: a free port; NSM_PROMETHEUS_LISTEN_ON sets it)"
                            .formatted(where, e.getMessage()),
                    e);
        }
    }

    private static void answer(Metrics metrics, HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")
                    || !exchange.getRequestURI().getPath().equals("/metrics")) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            var body = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(body, metrics.registry().scrape());
            exchange.getResponseHeaders().set("Content-Type", TYPE);
            exchange.sendResponseHeaders(200, body.size());
            body.writeTo(exchange.getResponseBody());
        }
    }

    /** The port that it really listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
