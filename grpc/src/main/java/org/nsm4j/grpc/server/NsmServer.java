package org.nsm4j.grpc.server;

import io.grpc.BindableService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.transport.Transport;

/**
 * A hop's server: what it answers, and where it listens. Every server answers health checks too.
 *
 * <pre>{@code
 * try (var server = NsmServer.with(transport, tls)
 *         .requests(Requests.of(chain)).watch(watchable)
 *         .listen(List.of(Url.parse("unix:///run/nsm/manager.sock"), Url.parse("tcp://:5001")))) { … }
 * }</pre>
 */
public final class NsmServer implements AutoCloseable {
    /** How long the end waits for calls that run. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final List<Listening> listening;
    private final OpenStreams open;

    private NsmServer(List<Listening> listening, OpenStreams open) {
        this.listening = List.copyOf(listening);
        this.open = open;
    }

    /** A server with TLS. */
    public static Builder with(Transport transport, SpiffeTls tls) {
        return new Builder(transport, tls);
    }

    /** A server without TLS: only where that was asked for, or where the socket's mode says who may call. */
    public static Builder insecure(Transport transport) {
        return new Builder(transport, null);
    }

    /** What a server answers. */
    public static final class Builder {
        private final Transport transport;
        private final @Nullable SpiffeTls tls;
        private final List<BindableService> services = new ArrayList<>();
        private final OpenStreams open = new OpenStreams();
        private ServerSettings settings = ServerSettings.USUAL;
        private BooleanSupplier ready = () -> true;
        private Passing passing = Passing.onlyFiles();
        private Denials denials = new Denials();

        private Builder(Transport transport, @Nullable SpiffeTls tls) {
            this.transport = transport;
            this.tls = tls;
        }

        /** Under other bounds than the usual. */
        public Builder settings(ServerSettings newSettings) {
            settings = newSettings;
            return this;
        }

        /** How files are passed; said before what is answered. Unless it is called, what came as a file goes on as one. */
        public Builder passing(Passing newPassing) {
            passing = newPassing;
            return this;
        }

        /** Where what is denied is noted. */
        public Builder denials(Denials newDenials) {
            denials = newDenials;
            return this;
        }

        /** Answers Request and Close. */
        public Builder requests(Requests requests) {
            return service(new NetworkServiceCalls(requests, passing));
        }

        /** Answers MonitorConnections. */
        public Builder watch(Watchable events) {
            return service(new MonitorCalls(events, open));
        }

        /** Answers for the registry of network services. */
        public Builder services(Registry<NetworkService> registry) {
            return service(new ServiceRegistryCalls(registry, open));
        }

        /** Answers for the registry of endpoints. */
        public Builder endpoints(Registry<Endpoint> registry) {
            return service(new EndpointRegistryCalls(registry, passing, open));
        }

        /** Serves something else beside; it finds its caller by {@link Incoming#current()}. */
        public Builder service(BindableService service) {
            services.add(service);
            return this;
        }

        /** What the health name {@code readiness} says; everything else is served regardless. */
        public Builder ready(BooleanSupplier newReady) {
            ready = newReady;
            return this;
        }

        /**
         * Starts to listen, at all addresses or at none.
         *
         * @param urls unix or tcp; a tcp URL without a host stands for every address, port 0 for any that is free
         * @throws org.nsm4j.core.model.Refused when one of them cannot be had
         */
        public NsmServer listen(List<Url> urls) {
            var names = services.stream()
                    .map(service -> service.bindService().getServiceDescriptor().getName())
                    .collect(Collectors.toUnmodifiableSet());
            var all = new ArrayList<>(services);
            all.add(new HealthCalls(names, ready, open));
            var listening = new ArrayList<Listening>();
            try {
                for (var url : urls) {
                    listening.add(
                            Listening.start(url, transport, tls == null ? null : tls.server(), settings, all, denials));
                }
            } catch (RuntimeException e) {
                new NsmServer(listening, open).close();
                throw e;
            }
            return new NsmServer(listening, open);
        }
    }

    /** Where it listens, with the ports that it got. */
    public List<Url> urls() {
        return listening.stream().map(Listening::url).toList();
    }

    /** Takes no more calls, completes the streams, lets what runs end within a short while, then cuts it off. */
    @Override
    public void close() {
        listening.forEach(Listening::stop);
        open.closeAll();
        var end = System.nanoTime() + GRACE.toNanos();
        listening.forEach(each -> each.end(Duration.ofNanos(end - System.nanoTime())));
    }
}
