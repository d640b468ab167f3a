package org.nsm4j.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.token.JwtTokens;
import org.nsm4j.grpc.transport.Transport;

/** Servers and clients of a test, over real sockets in a folder of their own; all end with it. */
public final class Sides implements AutoCloseable {
    private final Transport transport = new Transport(2);
    private final Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();

    public Sides() {
        try {
            folder = Files.createTempDirectory("nsm");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public Transport transport() {
        return transport;
    }

    public Url unix() {
        return Url.unix(folder.resolve("s" + open.size() + ".sock").toString());
    }

    public <C extends AutoCloseable> C closing(C closeable) {
        open.add(closeable);
        return closeable;
    }

    /** Where a server without TLS listens. */
    public Url serve(NsmServer.Builder server) {
        return closing(server.listen(List.of(unix()))).urls().getFirst();
    }

    public NsmServer.Builder plain() {
        return NsmServer.insecure(transport);
    }

    public NsmServer.Builder secure(IdentitySource identity) {
        return NsmServer.with(transport, new SpiffeTls(identity));
    }

    public Channels plainClient() {
        return closing(new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL));
    }

    public Channels secureClient(IdentitySource identity) {
        return secureClient(identity, Passing.onlyFiles());
    }

    public Channels secureClient(IdentitySource identity, Passing passing) {
        var tokens = new JwtTokens(identity, JwtTokens.LIFETIME, InstantSource.system());
        return closing(new Channels(transport, new SpiffeTls(identity), tokens, ClientSettings.USUAL, passing));
    }

    public static Instant soon() {
        return Instant.now().plus(Duration.ofSeconds(20));
    }

    /** A request of a client for a service. */
    public static Request requestFor(String service) {
        var id = new ConnectionId("c-1");
        var connection = Connection.to(service)
                .withId(id)
                .withPath(org.nsm4j.core.model.Path.startingAt(Segment.of("client", id)));
        return new Request(connection, List.of());
    }

    @Override
    public void close() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        transport.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
