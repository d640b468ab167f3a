package org.nsm4j.app.admin;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.api.admin.AdminGrpc;
import org.nsm4j.api.admin.ApplyRequest;
import org.nsm4j.api.admin.ApplyResponse;
import org.nsm4j.api.admin.AuditRequest;
import org.nsm4j.api.admin.AuditResponse;
import org.nsm4j.api.admin.ConnectProgress;
import org.nsm4j.api.admin.ConnectRequest;
import org.nsm4j.api.admin.DenialsRequest;
import org.nsm4j.api.admin.DenialsResponse;
import org.nsm4j.api.admin.DisconnectRequest;
import org.nsm4j.api.admin.DisconnectResponse;
import org.nsm4j.api.admin.DrainRequest;
import org.nsm4j.api.admin.DrainResponse;
import org.nsm4j.api.admin.Event;
import org.nsm4j.api.admin.ExplainRequest;
import org.nsm4j.api.admin.Explanation;
import org.nsm4j.api.admin.JoinToken;
import org.nsm4j.api.admin.JoinTokenRequest;
import org.nsm4j.api.admin.Leftover;
import org.nsm4j.api.admin.ListRequest;
import org.nsm4j.api.admin.ListResponse;
import org.nsm4j.api.admin.NodeReport;
import org.nsm4j.api.admin.ShutdownRequest;
import org.nsm4j.api.admin.ShutdownResponse;
import org.nsm4j.api.admin.StatusRequest;
import org.nsm4j.api.admin.Step;
import org.nsm4j.api.admin.UndrainRequest;
import org.nsm4j.api.admin.UndrainResponse;
import org.nsm4j.core.model.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of the admin socket, each handed to {@link Admin}; what changes something leaves an audit line. */
final class AdminService extends AdminGrpc.AdminImplBase {
    /** Who calls, put there by {@link AdminServer} before any method runs. */
    static final Context.Key<Peer> PEER = Context.key("peer");

    private static final Logger AUDIT = LoggerFactory.getLogger("org.nsm4j.audit");

    private final Admin admin;

    AdminService(Admin admin) {
        this.admin = admin;
    }

    @Override
    public void connect(ConnectRequest message, StreamObserver<ConnectProgress> out) {
        interruptibly(() -> answer(
                out,
                () -> audited("connect", message.getName() + " url=" + message.getUrl(), () -> {
                    var request = Messages.request(message);
                    if (request.target() instanceof org.nsm4j.app.admin.ConnectRequest.Target.Host
                            && PEER.get().uid() != 0) {
                        throw new Refused(
                                Refused.Reason.NOT_AUTHORIZED,
                                "network namespace: host (expected: root; caller has %s)".formatted(PEER.get()));
                    }
                    var status = admin.connect(request, step -> out.onNext(progress(step)));
                    return ConnectProgress.newBuilder()
                            .setConnection(ItemMessages.message(status))
                            .build();
                })));
    }

    private static ConnectProgress progress(Admin.Step step) {
        return ConnectProgress.newBuilder()
                .setStep(Step.newBuilder()
                        .setNumber(step.number())
                        .setText(step.text())
                        .setTook(Messages.span(step.took())))
                .build();
    }

    @Override
    public void disconnect(DisconnectRequest message, StreamObserver<DisconnectResponse> out) {
        answer(
                out,
                () -> audited("close", message.getName(), () -> {
                    var untold = admin.disconnect(message.getName());
                    return DisconnectResponse.newBuilder().setUntold(untold).build();
                }));
    }

    @Override
    public void list(ListRequest message, StreamObserver<ListResponse> out) {
        answer(
                out,
                () -> ListResponse.newBuilder()
                        .addAllItems(admin.list(kind(message)).stream()
                                .map(ItemMessages::message)
                                .toList())
                        .build());
    }

    @Override
    public void watch(ListRequest message, StreamObserver<Event> out) {
        interruptibly(() -> {
            try {
                admin.watch(kind(message), event -> out.onNext(ItemMessages.message(event)));
                out.onCompleted();
            } catch (RuntimeException e) {
                fail(out, e);
            }
        });
    }

    private static Item.Kind kind(ListRequest message) {
        return switch (message.getKind()) {
            case SERVICE -> Item.Kind.SERVICE;
            case ENDPOINT -> Item.Kind.ENDPOINT;
            case CONNECTION -> Item.Kind.CONNECTION;
            case NODE -> Item.Kind.NODE;
            case UNRECOGNIZED ->
                throw new Refused(Refused.Reason.INVALID, "kind: unknown to this node (expected: one of its version)");
        };
    }

    @Override
    public void apply(ApplyRequest message, StreamObserver<ApplyResponse> out) {
        answer(out, () -> audited("apply", names(message), () -> outcomes(admin.apply(items(message)))));
    }

    @Override
    public void delete(ApplyRequest message, StreamObserver<ApplyResponse> out) {
        answer(out, () -> audited("delete", names(message), () -> outcomes(admin.delete(items(message)))));
    }

    private static List<Item> items(ApplyRequest message) {
        return message.getItemsList().stream().map(ItemMessages::item).toList();
    }

    private static String names(ApplyRequest message) {
        return String.join(",", items(message).stream().map(Item::name).toList());
    }

    private static ApplyResponse outcomes(List<Admin.Outcome> outcomes) {
        var message = ApplyResponse.newBuilder();
        outcomes.forEach(each -> message.addOutcomesBuilder()
                .setResource(each.resource())
                .setWhat(each.what())
                .addAllWarnings(each.warnings()));
        return message.build();
    }

    @Override
    public void explain(ExplainRequest message, StreamObserver<Explanation> out) {
        answer(out, () -> Messages.message(admin.explain(message.getService(), message.getLabelsMap())));
    }

    @Override
    public void denials(DenialsRequest message, StreamObserver<DenialsResponse> out) {
        answer(
                out,
                () -> DenialsResponse.newBuilder()
                        .addAllDenials(
                                admin.denials().stream().map(Messages::message).toList())
                        .build());
    }

    @Override
    public void status(StatusRequest message, StreamObserver<NodeReport> out) {
        answer(out, () -> Messages.message(admin.status()));
    }

    @Override
    public void createJoinToken(JoinTokenRequest message, StreamObserver<JoinToken> out) {
        answer(
                out,
                () -> audited("token", "", () -> {
                    var token = admin.createJoinToken(Messages.span(message.getLife()));
                    return JoinToken.newBuilder()
                            .setToken(token.token())
                            .setExpires(Messages.time(token.expires()))
                            .build();
                }));
    }

    @Override
    public void drain(DrainRequest message, StreamObserver<DrainResponse> out) {
        interruptibly(() -> answer(
                out,
                () -> audited(
                        "drain",
                        "",
                        () -> DrainResponse.newBuilder()
                                .setLeft(admin.drain(Messages.span(message.getTimeout())))
                                .build())));
    }

    @Override
    public void undrain(UndrainRequest message, StreamObserver<UndrainResponse> out) {
        answer(
                out,
                () -> audited("undrain", "", () -> {
                    admin.undrain();
                    return UndrainResponse.getDefaultInstance();
                }));
    }

    @Override
    public void audit(AuditRequest message, StreamObserver<AuditResponse> out) {
        answer(out, () -> {
            var response = AuditResponse.newBuilder();
            admin.audit()
                    .forEach(each -> response.addLeftovers(Leftover.newBuilder()
                            .setKind(each.kind())
                            .setText(each.text())
                            .setCure(each.cure())));
            return response.build();
        });
    }

    @Override
    public void shutdown(ShutdownRequest message, StreamObserver<ShutdownResponse> out) {
        answer(
                out,
                () -> audited("shutdown", "", () -> {
                    admin.shutdown();
                    return ShutdownResponse.getDefaultInstance();
                }));
    }

    /** One line for each call that changes something, whether it was refused or not. */
    private static <T> T audited(String what, String name, Supplier<T> call) {
        try {
            var result = call.get();
            AUDIT.info("{} {} {} outcome=done", what, name, PEER.get());
            return result;
        } catch (Refused e) {
            AUDIT.info(
                    "{} {} {} outcome=refused reason={} sentence=\"{}\"",
                    what,
                    name,
                    PEER.get(),
                    e.reason(),
                    e.getMessage());
            throw e;
        }
    }

    private static <T> void answer(StreamObserver<T> out, Supplier<T> call) {
        T result;
        try {
            result = call.get();
        } catch (RuntimeException e) {
            fail(out, e);
            return;
        }
        out.onNext(result);
        out.onCompleted();
    }

    private static void fail(StreamObserver<?> out, RuntimeException failure) {
        if (!Context.current().isCancelled()) {
            out.onError(Refusals.toStatus(failure));
        }
    }

    /**
     * When the caller goes away, what runs for it is called off by an interrupt. By the context, since the call's own
     * events wait until the method returns.
     */
    private static void interruptibly(Runnable call) {
        var thread = Thread.currentThread();
        var context = Context.current();
        Context.CancellationListener interrupt = cancelled -> thread.interrupt();
        context.addListener(interrupt, Runnable::run);
        try {
            call.run();
        } finally {
            context.removeListener(interrupt);
        }
    }
}
