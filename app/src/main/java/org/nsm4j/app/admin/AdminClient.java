package org.nsm4j.app.admin;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nsm4j.api.admin.AdminGrpc;
import org.nsm4j.api.admin.ApplyRequest;
import org.nsm4j.api.admin.ApplyResponse;
import org.nsm4j.api.admin.AuditRequest;
import org.nsm4j.api.admin.DenialsRequest;
import org.nsm4j.api.admin.DisconnectRequest;
import org.nsm4j.api.admin.DrainRequest;
import org.nsm4j.api.admin.ExplainRequest;
import org.nsm4j.api.admin.JoinTokenRequest;
import org.nsm4j.api.admin.Kind;
import org.nsm4j.api.admin.ListRequest;
import org.nsm4j.api.admin.ShutdownRequest;
import org.nsm4j.api.admin.StatusRequest;
import org.nsm4j.api.admin.UndrainRequest;
import org.nsm4j.core.model.Refused;

/** {@link Admin} across the socket. Every call throws {@link AdminUnreachable} where no node answers. */
public final class AdminClient implements Admin, AutoCloseable {
    /** How long a call that only reads may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What a call that plugs or closes may take beyond its own timeout. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Path socket;
    private final MultiThreadIoEventLoopGroup loop;
    private final ManagedChannel channel;

    /** A client of the node behind the socket; connects at the first call. */
    public AdminClient(Path socket) {
        this.socket = socket;
        this.loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        this.channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .eventLoopGroup(loop)
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .overrideAuthority("localhost")
                .usePlaintext()
                .directExecutor()
                .build();
    }

    private AdminGrpc.AdminBlockingStub stub(Duration patience) {
        return AdminGrpc.newBlockingStub(channel).withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public ConnectionStatus connect(ConnectRequest request, Consumer<Step> progress) {
        return cancellable(() -> {
            var answers = stub(request.timeout().plus(GRACE)).connect(Messages.message(request));
            while (answers.hasNext()) {
                var answer = answers.next();
                if (answer.hasConnection()) {
                    return ItemMessages.connection(answer.getConnection());
                }
                var step = answer.getStep();
                progress.accept(new Step(step.getNumber(), step.getText(), Messages.span(step.getTook())));
            }
            throw new Refused(Refused.Reason.INTERNAL, "the node ended the call without an answer");
        });
    }

    @Override
    public String disconnect(String name) {
        return asked(() -> stub(PATIENCE.multipliedBy(3))
                        .disconnect(DisconnectRequest.newBuilder().setName(name).build()))
                .getUntold();
    }

    @Override
    public List<Item> list(Item.Kind kind) {
        return asked(() -> stub(PATIENCE).list(request(kind)).getItemsList().stream()
                .map(ItemMessages::item)
                .toList());
    }

    @Override
    public void watch(Item.Kind kind, Consumer<Event> events) {
        cancellable(() -> {
            AdminGrpc.newBlockingStub(channel)
                    .watch(request(kind))
                    .forEachRemaining(
                            event -> events.accept(new Event(ItemMessages.item(event.getItem()), event.getDeleted())));
            return "";
        });
    }

    private static ListRequest request(Item.Kind kind) {
        return ListRequest.newBuilder().setKind(Kind.valueOf(kind.name())).build();
    }

    @Override
    public List<Outcome> apply(List<Item> items) {
        return outcomes(asked(() -> stub(PATIENCE).apply(request(items))));
    }

    @Override
    public List<Outcome> delete(List<Item> items) {
        return outcomes(asked(() -> stub(PATIENCE).delete(request(items))));
    }

    private static ApplyRequest request(List<Item> items) {
        return ApplyRequest.newBuilder()
                .addAllItems(items.stream().map(ItemMessages::message).toList())
                .build();
    }

    private static List<Outcome> outcomes(ApplyResponse answer) {
        return answer.getOutcomesList().stream()
                .map(each -> new Outcome(each.getResource(), each.getWhat(), each.getWarningsList()))
                .toList();
    }

    @Override
    public Explanation explain(String service, Map<String, String> labels) {
        return Messages.explanation(asked(() -> stub(PATIENCE)
                .explain(ExplainRequest.newBuilder()
                        .setService(service)
                        .putAllLabels(labels)
                        .build())));
    }

    @Override
    public List<Denial> denials() {
        return asked(() -> stub(PATIENCE).denials(DenialsRequest.getDefaultInstance())).getDenialsList().stream()
                .map(Messages::denial)
                .toList();
    }

    @Override
    public NodeReport status() {
        return Messages.report(asked(() -> stub(PATIENCE).status(StatusRequest.getDefaultInstance())));
    }

    @Override
    public JoinToken createJoinToken(Duration life) {
        var answer = asked(() -> stub(PATIENCE)
                .createJoinToken(JoinTokenRequest.newBuilder()
                        .setLife(Messages.span(life))
                        .build()));
        return new JoinToken(answer.getToken(), Messages.time(answer.getExpires()));
    }

    @Override
    public int drain(Duration timeout) {
        return cancellable(() -> stub(timeout.plus(GRACE))
                .drain(DrainRequest.newBuilder()
                        .setTimeout(Messages.span(timeout))
                        .build())
                .getLeft());
    }

    @Override
    public void undrain() {
        asked(() -> stub(PATIENCE).undrain(UndrainRequest.getDefaultInstance()));
    }

    @Override
    public List<Leftover> audit() {
        return asked(() -> stub(PATIENCE).audit(AuditRequest.getDefaultInstance())).getLeftoversList().stream()
                .map(each -> new Leftover(each.getKind(), each.getText(), each.getCure()))
                .toList();
    }

    @Override
    public void shutdown() {
        asked(() -> stub(PATIENCE).shutdown(ShutdownRequest.getDefaultInstance()));
    }

    private <T> T asked(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw Refusals.fromStatus(e, socket.toString());
        }
    }

    /** As {@link #asked}; when the caller is interrupted or fails midway, the node is told. */
    private <T> T cancellable(Supplier<T> call) {
        var context = Context.current().withCancellation();
        var before = context.attach();
        try {
            return asked(call);
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }
}
