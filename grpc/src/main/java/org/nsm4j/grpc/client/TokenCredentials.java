package org.nsm4j.grpc.client;

import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.SentFiles;
import org.nsm4j.grpc.spiffe.SpiffeTls;
import org.nsm4j.grpc.wire.Headers;
import org.nsm4j.grpc.wire.RefusalMapping;

/**
 * Puts a token into a call, meant for whoever has proved to be at the other end of its connection (wire §5.2), and sends
 * the call's files ahead of it; for one call.
 */
final class TokenCredentials extends CallCredentials {
    private final Tokens tokens;
    private final SentFiles files;
    private volatile @Nullable Passage passage;

    TokenCredentials(Tokens tokens, SentFiles files) {
        this.tokens = tokens;
        this.files = files;
    }

    /** Where the files of the call go and come; null before it was sent, and where its connection carries none. */
    @Nullable
    Passage passage() {
        return passage;
    }

    @Override
    public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
        try {
            var session = request.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            var server = SpiffeTls.peer(session);
            var headers = new Metadata();
            Headers.put(headers, tokens.mint(server == null ? null : server.id(), SpiffeTls.shown(session)));
            var over = Passage.of(request.getTransportAttrs()).orElse(null);
            if (over != null) {
                passage = over;
                files.over(over);
            }
            applier.apply(headers);
        } catch (Refused e) {
            applier.fail(RefusalMapping.toStatus(e).getStatus());
        }
    }
}
