package org.nsm4j.app.conformance;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.connection.Mechanism;
import org.nsm4j.api.connection.Path;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.networkservice.NetworkServiceGrpc;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.token.JwtTokens;
import org.nsm4j.grpc.transport.Transport;

/**
 * A program of somebody else's: it has an identity, speaks mutual TLS, and otherwise sends what a test tells it to, be it
 * right or wrong.
 */
final class Peer implements AutoCloseable {
    private final Transport transport = new Transport(1);
    private final Tokens tokens;
    private final Channels channels;

    Peer(IdentitySource identity) {
        var tls = new SpiffeTls(identity);
        this.tokens = new JwtTokens(identity, JwtTokens.LIFETIME, InstantSource.system(), false);
        this.channels = new Channels(transport, tls, Tokens.NONE, ClientSettings.USUAL);
    }

    /** Calls with a token for whoever answers, as upstream's programs send it. */
    Channel to(Url url) {
        return ClientInterceptors.intercept(channels.channel(url), new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return next.newCall(method, options.withCallCredentials(new Signing()));
            }
        });
    }

    private final class Signing extends CallCredentials {
        @Override
        public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
            var server = SpiffeTls.peer(request.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
            var token = tokens.mint(server == null ? null : server.id());
            applier.apply(headers(
                    "nsm-client-token",
                    token.value(),
                    "nsm-client-token-expires",
                    token.expires().toString()));
        }
    }

    /** Calls with these headers alone. */
    Channel to(Url url, Metadata headers) {
        return ClientInterceptors.intercept(channels.channel(url), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** A token of this peer's for another. */
    Caller.Token tokenFor(org.nsm4j.core.model.SpiffeId audience) {
        return tokens.mint(audience);
    }

    static Metadata headers(String... namesAndValues) {
        var headers = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER), namesAndValues[i + 1]);
        }
        return headers;
    }

    NetworkServiceGrpc.NetworkServiceBlockingStub connections(Url url) {
        return NetworkServiceGrpc.newBlockingStub(to(url));
    }

    /** A first request, as a client sends it: one segment, its own, and how it wants to be plugged. */
    static NetworkServiceRequest.Builder asking(String service) {
        var id = "client-" + UUID.randomUUID();
        return NetworkServiceRequest.newBuilder()
                .setConnection(Connection.newBuilder()
                        .setId(id)
                        .setNetworkService(service)
                        .setPath(Path.newBuilder()
                                .addPathSegments(PathSegment.newBuilder()
                                        .setName("client")
                                        .setId(id))))
                .addMechanismPreferences(Mechanism.newBuilder()
                        .setCls("LOCAL")
                        .setType("KERNEL")
                        .putParameters("name", "nsm-1")
                        .putParameters(
                                "inodeURL",
                                "file:///proc/%d/ns/net"
                                        .formatted(ProcessHandle.current().pid())));
    }

    /** The refresh of what was answered. */
    static NetworkServiceRequest again(NetworkServiceRequest first, Connection answer) {
        return first.toBuilder().setConnection(answer).build();
    }

    @Override
    public void close() {
        channels.close();
        transport.close();
    }
}
