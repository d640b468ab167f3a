package org.nsm4j.grpc.client;

import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.util.concurrent.Executor;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.wire.Headers;
import org.nsm4j.grpc.wire.RefusalMapping;

/** Puts a token into each call, meant for whoever has proved to be at the other end of its connection (wire §5.2). */
final class TokenCredentials extends CallCredentials {
    private final Tokens tokens;

    TokenCredentials(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
        try {
            var session = request.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            var server = SpiffeTls.peer(session);
            var headers = new Metadata();
            Headers.put(headers, tokens.mint(server == null ? null : server.id(), SpiffeTls.shown(session)));
            applier.apply(headers);
        } catch (Refused e) {
            applier.fail(RefusalMapping.toStatus(e).getStatus());
        }
    }
}
