package org.nsm4j.grpc.transport;

import io.grpc.Attributes;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.nsm4j.grpc.passing.PassingChannel;
import org.nsm4j.linux.KernelRefused;

/**
 * How a server greets a connection: with TLS or without, no more than so many at once, and with the process at the
 * other end of a unix socket among the attributes of every call.
 *
 * <p>gRPC has no public way to a connection's socket (grpc-java #2646), so this uses the hooks that it keeps for its own
 * extensions; nothing else does.
 */
public final class Greeting {
    /** There on a connection that is one too many: it is greeted only to be told so. */
    public static final Attributes.Key<Boolean> CROWDED = Attributes.Key.create("org.nsm4j.crowded");
    /** Cuts a connection off. */
    public static final Attributes.Key<Runnable> CUT = Attributes.Key.create("org.nsm4j.cut");

    /** How many connections too many are greeted at once; whatever comes beyond them is closed without a word. */
    private static final int RESERVE = 16;

    private Greeting() {}

    /**
     * Credentials for a server.
     *
     * @param tls null for plaintext
     * @param mostConnections how many connections may be open at once; a few more are greeted as {@link #CROWDED}, any
     *     further one is closed
     */
    public static ServerCredentials credentials(@Nullable SslContext tls, int mostConnections) {
        var negotiator = tls == null
                ? InternalProtocolNegotiators.serverPlaintext()
                : InternalProtocolNegotiators.serverTls(tls);
        var open = new AtomicInteger();
        return InternalNettyServerCredentials.create(
                (InternalProtocolNegotiator.ServerFactory) _ -> new Counting(negotiator, open, mostConnections));
    }

    private record Counting(InternalProtocolNegotiator.ProtocolNegotiator inner, AtomicInteger open, int most)
            implements InternalProtocolNegotiator.ProtocolNegotiator {
        @Override
        public AsciiString scheme() {
            return inner.scheme();
        }

        @Override
        public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
            return new Counted(inner.newHandler(grpc), open, most);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    /** Counts the connection, then leaves the greeting to gRPC, which begins it with the event that is enriched here. */
    private static final class Counted extends ChannelInboundHandlerAdapter {
        private final ChannelHandler next;
        private final AtomicInteger open;
        private final int most;
        private boolean crowded;

        Counted(ChannelHandler next, AtomicInteger open, int most) {
            this.next = next;
            this.open = open;
            this.most = most;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // closing is asked for, not waited for
        public void handlerAdded(ChannelHandlerContext context) {
            int now = open.incrementAndGet();
            context.channel().closeFuture().addListener(_ -> open.decrementAndGet());
            crowded = now > most;
            if (now > most + RESERVE) {
                context.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (!(event instanceof ProtocolNegotiationEvent negotiation)) {
                super.userEventTriggered(context, event);
                return;
            }
            // The successor stands behind us until the event has reached it: it learns of its place and of the event in
            // turn.
            context.pipeline().addAfter(context.name(), null, next);
            context.fireUserEventTriggered(enriched(context, negotiation));
            context.pipeline().remove(this);
        }

        private static @Nullable FileDescriptor socket(Channel channel) {
            return switch (channel) {
                case PassingChannel passing -> passing.fd();
                case EpollDomainSocketChannel plain -> plain.fd();
                default -> null;
            };
        }

        private ProtocolNegotiationEvent enriched(ChannelHandlerContext context, ProtocolNegotiationEvent negotiation) {
            var attributes = InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
                    .set(CUT, () -> cut(context.channel()));
            if (crowded) {
                attributes.set(CROWDED, true);
            }
            var socket = socket(context.channel());
            if (socket != null) {
                try {
                    var peer = PeerProcess.of(socket.intValue());
                    context.channel().closeFuture().addListener(_ -> peer.close());
                    attributes.set(PeerProcess.PEER, peer);
                } catch (KernelRefused e) {
                    // The peer is gone already, and so is the connection: nobody will ask.
                }
            }
            return InternalProtocolNegotiationEvent.withAttributes(negotiation, attributes.build());
        }

        /** From the pipeline's head: HTTP/2 would first wait for its streams, which is what is to be ended. */
        @SuppressWarnings("FutureReturnValueIgnored") // closing is asked for, not waited for
        private static void cut(Channel channel) {
            var first = channel.pipeline().firstContext();
            if (first != null) {
                first.close();
            }
        }
    }
}
