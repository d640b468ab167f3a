package org.nsm4j.identity.workload;

import io.grpc.Attributes;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.util.AsciiString;
import org.nsm4j.core.model.Refused;
import org.nsm4j.identity.attest.Peer;
import org.nsm4j.linux.KernelRefused;

/**
 * Plaintext on a unix socket, as the Workload API wants it, with the process at the other end among the attributes of
 * every call: gRPC offers no public way to that, so this uses the hooks that it keeps for its own extensions.
 */
final class PeerCredentials {
    private static final Attributes.Key<Peer> PEER = Attributes.Key.create("peer");

    private PeerCredentials() {}

    static ServerCredentials plaintext() {
        return InternalNettyServerCredentials.create((InternalProtocolNegotiator.ServerFactory) _ -> new Negotiator());
    }

    /** Who calls, from the attributes of a call's connection. */
    static Peer of(Attributes attributes) {
        var peer = attributes.get(PEER);
        if (peer == null) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED, "workload: unknown (expected: a caller on the unix socket)");
        }
        return peer;
    }

    private static final class Negotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
        private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
                InternalProtocolNegotiators.serverPlaintext();

        @Override
        public AsciiString scheme() {
            return plaintext.scheme();
        }

        @Override
        public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
            var negotiated = InternalProtocolNegotiators.grpcNegotiationHandler(grpc);
            return InternalProtocolNegotiators.waitUntilActiveHandler(
                    new NotePeer(negotiated), grpc.getNegotiationLogger());
        }

        @Override
        public void close() {
            plaintext.close();
        }
    }

    /** Asks the kernel once for each connection, on its event loop, while the socket is certainly open. */
    private static final class NotePeer extends ChannelInboundHandlerAdapter {
        private final ChannelHandler next;

        NotePeer(ChannelHandler next) {
            this.next = next;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (!(event instanceof ProtocolNegotiationEvent negotiation)) {
                super.userEventTriggered(context, event);
                return;
            }
            var socket = (EpollDomainSocketChannel) context.channel();
            PeerProcess peer;
            try {
                peer = PeerProcess.of(socket.fd().intValue());
            } catch (KernelRefused e) {
                context.close();
                return;
            }
            socket.closeFuture().addListener(_ -> peer.close());
            var attributes = InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
                    .set(PEER, peer)
                    .build();
            context.pipeline().replace(this, null, next);
            context.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(negotiation, attributes));
        }
    }
}
