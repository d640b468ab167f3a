package org.nsm4j.sdk;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.core.policy.Owners;
import org.nsm4j.core.policy.PathSignatures;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.policy.TokenVerifier;
import org.nsm4j.core.registry.AuthorizeRegistered;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.LiveScheduler;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.client.AnswerCheck;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.client.RemoteRegistries;
import org.nsm4j.grpc.neighbour.Neighbour;
import org.nsm4j.grpc.neighbour.Neighbours;
import org.nsm4j.grpc.passing.HeldSockets;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.server.Denials;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.server.ServerSettings;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.spiffe.SpiffeTrust;
import org.nsm4j.grpc.spiffe.WorkloadApiSource;
import org.nsm4j.grpc.token.JwtTokens;
import org.nsm4j.grpc.token.TokenReader;
import org.nsm4j.grpc.transport.Transport;

/**
 * What a role stands on: its identity and tokens, its way to other hops and registries, what it serves, and the scheduler
 * by which it waits. Each role of a process has its own.
 */
public final class Parts implements AutoCloseable {
    private final Scheduler scheduler;
    private final @Nullable Shared own;
    private final IdentitySource identity;
    private final SpiffeTls tls;
    private final JwtTokens tokens;
    private final TokenReader reader;
    private final Owners owners;
    private final Transport transport;
    private final Channels channels;
    private final Neighbours neighbours;
    private final Denials denials;
    private final Hop.Directory hops;
    private final RemoteRegistries registries;
    private final Events events;
    private volatile Trust trust = Trust.USUAL;
    private volatile PolicySet registryPolicies;
    private final Passing passing;
    private final RandomGenerator random = new Random();

    private Parts(
            IdentitySource identity, Duration tokenLife, Duration dial, Passing passing, Shared shared, boolean isOwn) {
        this.passing = passing;
        this.scheduler = shared.scheduler;
        this.transport = shared.transport;
        this.own = isOwn ? shared : null;
        this.identity = identity;
        this.tls = new SpiffeTls(identity);
        this.tokens = new JwtTokens(identity, tokenLife, scheduler::now);
        this.channels = new Channels(transport, tls, tokens, ClientSettings.USUAL.withDial(dial), passing);
        this.neighbours = shared.neighbours;
        this.denials = shared.denials;
        this.hops = neighbours.before(new GrpcHops(channels), identity, tokens);
        this.registries = new RemoteRegistries(channels);
        this.events = new Events(scheduler);
        this.reader = new TokenReader(new SpiffeTrust(identity));
        this.owners = new Owners(reader);
        identity.onChange(changed -> reader.forget());
        this.registryPolicies = PolicySet.parse(PolicySet.REGISTRY_CLIENT, reader);
    }

    /**
     * Parts with a scheduler of their own.
     *
     * @param identity who the role is; closed with this
     * @param tokenLife the longest life of a token that is signed here
     * @param dial how long to wait for another hop to accept a connection
     */
    public static Parts open(IdentitySource identity, Duration tokenLife, Duration dial) {
        var own = new Shared(new LiveScheduler(), new Transport());
        return new Parts(identity, tokenLife, dial, Passing.everything(), own, true);
    }

    /**
     * Parts whose identity comes from a SPIFFE Workload API.
     *
     * @param address as in the variable {@code SPIFFE_ENDPOINT_SOCKET}
     */
    public static Parts fromWorkloadApi(String address, Duration tokenLife, Duration dial) {
        return open(new WorkloadApiSource(address, new Transport(1), WorkloadApiSource.FIRST), tokenLife, dial);
    }

    /** Parts of one of several roles of a process, which see the same files: what is named by path stays a path. */
    public static Parts open(IdentitySource identity, Duration tokenLife, Duration dial, Shared shared) {
        return new Parts(identity, tokenLife, dial, Passing.onlyFiles(), shared, false);
    }

    /**
     * What the roles of one process share, so that a call from one to another wakes no more threads than it must.
     *
     * @param scheduler by which they wait; closed with this
     * @param transport the threads that move bytes; closed with this
     * @param neighbours the roles themselves, which reach each other without a socket
     * @param denials what they denied to others lately
     */
    public record Shared(LiveScheduler scheduler, Transport transport, Neighbours neighbours, Denials denials)
            implements AutoCloseable {
        /** What roles share that know nothing of each other yet. */
        public Shared(LiveScheduler scheduler, Transport transport) {
            this(scheduler, transport, new Neighbours(), new Denials());
        }

        @Override
        public void close() {
            transport.close();
            scheduler.close();
        }
    }

    /**
     * What a role serves.
     *
     * @param requests null for a role without connections
     * @param services null for a role without a registry
     * @param endpoints null for a role without a registry
     * @param ready whether new requests can succeed; what stands is served regardless
     */
    public record Served(
            @Nullable Requests requests,
            @Nullable Registry<NetworkService> services,
            @Nullable Registry<Endpoint> endpoints,
            BooleanSupplier ready) {
        /** A role with connections alone. */
        public static Served chain(Chain chain, BooleanSupplier ready) {
            return new Served(Requests.of(chain), null, null, ready);
        }
    }

    /** Something that listens. */
    public interface Listening extends AutoCloseable {
        /** Where, with the ports that it got. */
        List<Url> urls();

        @Override
        void close();
    }

    /**
     * Serves a role, with mutual TLS.
     *
     * @param urls unix or tcp
     * @throws org.nsm4j.core.model.Refused when one of them cannot be had
     */
    public Listening serve(List<Url> urls, Served served) {
        return serve(urls, served, trust.limits());
    }

    /** Serves a role under other bounds than the usual, or with another mode of its sockets. */
    public Listening serve(List<Url> urls, Served served, ServerSettings settings) {
        var builder = NsmServer.with(transport, tls)
                .ready(served.ready())
                .settings(settings)
                .denials(denials);
        if (served.requests() != null) {
            // the domain's registry alone has no business with files: it knows managers, and those by their URLs
            builder.passing(passing);
            builder.requests(served.requests()).watch(this::watch);
        }
        if (served.services() != null) {
            builder.services(served.services());
        }
        if (served.endpoints() != null) {
            builder.endpoints(served.endpoints());
        }
        var server = builder.listen(new ArrayList<>(urls));
        var neighbour = served.requests() == null ? null : new Neighbour(served.requests(), this::watch, identity);
        if (neighbour != null) {
            server.urls().forEach(url -> neighbours.add(url, neighbour));
        }
        return new Listening() {
            @Override
            public List<Url> urls() {
                return server.urls();
            }

            @Override
            public void close() {
                if (neighbour != null) {
                    server.urls().forEach(url -> neighbours.remove(url, neighbour));
                }
                server.close();
            }
        };
    }

    private AutoCloseable watch(Selector selector, Caller caller, Hop.Listener listener) {
        return events.subscribe(connection -> selector.fits(connection) && isOn(connection, caller), listener);
    }

    /** Holds others to this from now on; to be said before the role's chains are made. */
    public void holdTo(Trust newTrust) {
        trust = newTrust;
        tokens.showCertificates(newTrust.signatures() != PathSignatures.OFF);
    }

    /** How far the tokens of a path must prove who signed them. */
    public PathSignatures signatures() {
        return trust.signatures();
    }

    /** How much anybody may take of what this role serves. */
    public ServerSettings limits() {
        return trust.limits();
    }

    /** A watcher is shown the connections that it is on the path of, and no others. */
    private boolean isOn(Connection connection, Caller caller) {
        return caller.peer().isEmpty()
                || trust.lets(caller.peer().get().toString())
                || connection.path().segments().stream()
                        .anyMatch(segment -> caller.peer().equals(reader.of(segment.token())));
    }

    /** Whose the role's connections are. */
    public Owners owners() {
        return owners;
    }

    /** By which everything waits. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Fresh connection ids, as upstream's: random UUIDs. */
    public Supplier<ConnectionId> ids() {
        return () -> new ConnectionId(UUID.randomUUID().toString());
    }

    /** Own tokens. */
    public Tokens tokens() {
        return tokens;
    }

    /** Reads and verifies tokens. */
    public TokenVerifier verifier() {
        return reader;
    }

    /** Reads whom a token speaks for. */
    public TokenSubject subject() {
        return reader;
    }

    /** What a caller is held to. */
    public PolicySet serverPolicies() {
        return PolicySet.parse(PolicySet.SERVER, reader).beyondUpstream(trust.signatures());
    }

    /** What an answer is held to. */
    public PolicySet clientPolicies() {
        return PolicySet.parse(PolicySet.CLIENT, reader).beyondUpstream(trust.signatures());
    }

    /** What happens to the role's connections. */
    public Events events() {
        return events;
    }

    /** Other hops. */
    public Hop.Directory hops() {
        return hops;
    }

    /**
     * Other hops, whose answers are looked at before they count.
     *
     * @param check refuses what is not to be taken
     */
    public Hop.Directory hops(AnswerCheck check) {
        return neighbours.before(new GrpcHops(channels, check), identity, tokens);
    }

    /** What this process denied to others lately. */
    public Denials denials() {
        return denials;
    }

    /** By which certificate the hop at a URL has proved who it is. */
    public Optional<X509Certificate> certificate(Url url) {
        return neighbours.at(url).map(Neighbour::certificate).or(() -> channels.certificate(url));
    }

    /** The network services that a registry or manager knows. */
    public Registry<NetworkService> services(Url url) {
        return judged(Kind.SERVICE, url, registries.services(url));
    }

    /** The endpoints that a manager knows; their sockets are passed along, both ways. */
    public Registry<Endpoint> endpoints(Url url) {
        return judged(Kind.ENDPOINT, url, registries.endpoints(url));
    }

    private <T> Registry<T> judged(Kind<T> kind, Url url, Registry<T> registry) {
        return new AuthorizeRegistered<>(
                kind, () -> registryPolicies, () -> channels.certificate(url), scheduler, registry);
    }

    /**
     * Holds the answers of registries to other rules than the usual.
     *
     * @param masks as in the variable {@code NSM_REGISTRY_CLIENT_POLICIES}; none lets everything pass
     * @throws org.nsm4j.core.model.Refused when a mask names no rule
     */
    public void judgeRegistriesBy(List<String> masks) {
        registryPolicies = PolicySet.parse(masks, reader);
    }

    /** The endpoints that the domain's registry knows: by the URLs of their managers. */
    public Registry<Endpoint> domainEndpoints(Url url) {
        return judged(Kind.ENDPOINT, url, registries.domainEndpoints(url));
    }

    /** Spreads what would otherwise happen at once. */
    public RandomGenerator random() {
        return random;
    }

    /** The threads that move bytes. */
    public Transport transport() {
        return transport;
    }

    /** The sockets of endpoints, as they were passed to this role. */
    public HeldSockets sockets() {
        return passing.sockets();
    }

    /** The identity that holds now. */
    public Identity identity() {
        return identity.current();
    }

    @Override
    public void close() {
        channels.close();
        passing.sockets().close();
        identity.close();
        if (own != null) {
            own.close();
        }
    }
}
