package org.nsm4j.identity.join;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.join.Grant;
import org.nsm4j.api.join.JoinRequest;
import org.nsm4j.api.join.Keys;
import org.nsm4j.api.join.MembershipGrpc;
import org.nsm4j.api.join.RenewRequest;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.wire.RefusalMapping;
import org.nsm4j.identity.authority.CertificationRequest;
import org.nsm4j.identity.authority.Membership;
import org.nsm4j.identity.authority.RootAuthority;

/** Answers hosts that join and renew. */
final class MembershipService extends MembershipGrpc.MembershipImplBase implements ServerInterceptor {
    private static final System.Logger LOG = System.getLogger(MembershipService.class.getName());
    private static final Context.Key<Caller> CALLER = Context.key("caller");
    private static final String NODE_PATH = "/node/";
    private final RootAuthority authority;
    private final Members members;
    private final Attempts attempts;

    /** Who calls: from where, and as which node if it showed a certificate. */
    private record Caller(String address, @Nullable SpiffeId id) {}

    MembershipService(RootAuthority authority, Members members) {
        this.authority = authority;
        this.members = members;
        this.attempts = new Attempts(authority.scheduler());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var attributes = call.getAttributes();
        var from = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        var address = from instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "elsewhere";
        var caller = new Caller(address, id(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
    }

    private static @Nullable SpiffeId id(@Nullable SSLSession session) {
        try {
            return session == null ? null : DirectTrust.idOf((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return null;
        } catch (CertificateException e) {
            throw Status.UNAUTHENTICATED.withDescription(e.getMessage()).asRuntimeException();
        }
    }

    @Override
    public void join(JoinRequest request, StreamObserver<Grant> answer) {
        respond(answer, () -> {
            attempts.count(CALLER.get().address());
            var node = request.getNode();
            Members.checkName(node);
            var certified = certify(node, request.getKeys());
            var jwtKey = Messages.tokenKey(request.getKeys().getTokenKey());
            var until = certified.authority().getNotAfter().toInstant();
            members.admit(request.getSecret().toByteArray(), node, jwtKey, until);
            LOG.log(
                    System.Logger.Level.INFO,
                    "joined node=" + node + " from=" + CALLER.get().address());
            authority.nodeKeysChanged();
            return Messages.grant(Optional.of(certified), authority.bundle());
        });
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<Grant> answer) {
        respond(answer, () -> {
            var node = node(CALLER.get().id());
            members.checkMember(node);
            if (!request.hasKeys()) {
                return Messages.grant(Optional.empty(), authority.bundle());
            }
            var certified = certify(node, request.getKeys());
            var jwtKey = Messages.tokenKey(request.getKeys().getTokenKey());
            members.renewed(node, jwtKey, certified.authority().getNotAfter().toInstant());
            authority.nodeKeysChanged();
            return Messages.grant(Optional.of(certified), authority.bundle());
        });
    }

    private static String node(@Nullable SpiffeId id) {
        if (id == null || !id.path().startsWith(NODE_PATH)) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "renew: no certificate of a node (expected: the one that join gave)");
        }
        return id.path().substring(NODE_PATH.length());
    }

    private org.nsm4j.identity.authority.Grant.Certified certify(String node, Keys keys) {
        var nodeKey = CertificationRequest.verified(keys.getNodeRequest().toByteArray());
        var authorityKey =
                CertificationRequest.verified(keys.getAuthorityRequest().toByteArray());
        var settings = authority.settings();
        return new org.nsm4j.identity.authority.Grant.Certified(
                authority.sign(Membership.idOf(settings.trustDomain(), node), nodeKey, settings.nodeLife()),
                authority.signNode(node, authorityKey));
    }

    private static void respond(StreamObserver<Grant> answer, Supplier<Grant> work) {
        Grant grant;
        try {
            grant = work.get();
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "refused membership from=" + CALLER.get().address() + " reason=" + e.getMessage());
            answer.onError(RefusalMapping.toStatus(e));
            return;
        } catch (RuntimeException e) {
            answer.onError(RefusalMapping.toStatus(e));
            return;
        }
        answer.onNext(grant);
        answer.onCompleted();
    }
}
