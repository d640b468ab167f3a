package org.nsm4j.identity.workload;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.api.spiffe.JWTBundlesRequest;
import org.nsm4j.api.spiffe.JWTBundlesResponse;
import org.nsm4j.api.spiffe.JWTSVID;
import org.nsm4j.api.spiffe.JWTSVIDRequest;
import org.nsm4j.api.spiffe.JWTSVIDResponse;
import org.nsm4j.api.spiffe.SpiffeWorkloadAPIGrpc;
import org.nsm4j.api.spiffe.ValidateJWTSVIDRequest;
import org.nsm4j.api.spiffe.ValidateJWTSVIDResponse;
import org.nsm4j.api.spiffe.X509BundlesRequest;
import org.nsm4j.api.spiffe.X509BundlesResponse;
import org.nsm4j.api.spiffe.X509SVID;
import org.nsm4j.api.spiffe.X509SVIDRequest;
import org.nsm4j.api.spiffe.X509SVIDResponse;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;
import org.nsm4j.grpc.wire.RefusalMapping;
import org.nsm4j.identity.attest.Attestor;
import org.nsm4j.identity.authority.Authority;
import org.nsm4j.identity.authority.JwtSvids;
import org.nsm4j.identity.authority.Renewal;

/** The five calls of the SPIFFE Workload API; whoever calls is identified anew for each message. */
final class WorkloadService extends SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase {
    private static final System.Logger LOG = System.getLogger(WorkloadService.class.getName());
    private static final Duration REATTEST = Duration.ofMinutes(5);
    private final Authority authority;
    private final Attestor attestor;

    WorkloadService(Authority authority, Attestor attestor) {
        this.authority = authority;
        this.attestor = attestor;
    }

    @Override
    public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> answer) {
        var peer = Gatekeeper.PEER.get();
        Updates.start(authority, answer, () -> {
            var svid = authority.issue(attestor.identify(peer));
            var wait = Renewal.untilHalf(svid, authority.scheduler().now());
            return new Updates.Update<>(message(svid), wait);
        });
    }

    private X509SVIDResponse message(Svid svid) {
        return X509SVIDResponse.newBuilder()
                .addSvids(X509SVID.newBuilder()
                        .setSpiffeId(svid.id().toString())
                        .setX509Svid(der(svid.chain()))
                        .setX509SvidKey(ByteString.copyFrom(svid.key().getEncoded()))
                        .setBundle(der(authority.bundle().roots())))
                .build();
    }

    @Override
    public void fetchX509Bundles(X509BundlesRequest request, StreamObserver<X509BundlesResponse> answer) {
        var peer = Gatekeeper.PEER.get();
        Updates.start(authority, answer, () -> {
            attestor.identify(peer);
            var message = X509BundlesResponse.newBuilder()
                    .putBundles(domain(), der(authority.bundle().roots()))
                    .build();
            return new Updates.Update<>(message, REATTEST);
        });
    }

    @Override
    public void fetchJWTBundles(JWTBundlesRequest request, StreamObserver<JWTBundlesResponse> answer) {
        var peer = Gatekeeper.PEER.get();
        Updates.start(authority, answer, () -> {
            attestor.identify(peer);
            var keys = new JWKSet(List.<JWK>copyOf(authority.bundle().jwtKeys())).toString(true);
            var message = JWTBundlesResponse.newBuilder()
                    .putBundles(domain(), ByteString.copyFromUtf8(keys))
                    .build();
            return new Updates.Update<>(message, REATTEST);
        });
    }

    @Override
    public void fetchJWTSVID(JWTSVIDRequest request, StreamObserver<JWTSVIDResponse> answer) {
        respond(answer, () -> {
            var id = attestor.identify(Gatekeeper.PEER.get());
            checkAsked(request.getSpiffeId(), id);
            var token = authority.issueToken(id, request.getAudienceList());
            return JWTSVIDResponse.newBuilder()
                    .addSvids(JWTSVID.newBuilder().setSpiffeId(id.toString()).setSvid(token))
                    .build();
        });
    }

    private static void checkAsked(String asked, SpiffeId id) {
        if (!asked.isEmpty() && !asked.equals(id.toString())) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "spiffe_id: %s (expected: none, or %s, which is what this caller is)"
                            .formatted(SpiffeId.parse(asked), id));
        }
    }

    @Override
    public void validateJWTSVID(ValidateJWTSVIDRequest request, StreamObserver<ValidateJWTSVIDResponse> answer) {
        respond(answer, () -> {
            attestor.identify(Gatekeeper.PEER.get());
            var valid = JwtSvids.validate(
                    authority.bundle(),
                    request.getSvid(),
                    request.getAudience(),
                    authority.scheduler().now());
            return ValidateJWTSVIDResponse.newBuilder()
                    .setSpiffeId(valid.id().toString())
                    .setClaims(Claims.of(valid.claims().toJSONObject()))
                    .build();
        });
    }

    /** The key of the maps: the id of the trust domain itself. */
    private String domain() {
        return "spiffe://" + authority.settings().trustDomain();
    }

    /** One after the other, as the Workload API wants them. */
    private static ByteString der(List<X509Certificate> certificates) {
        var bytes = new ByteArrayOutputStream();
        try {
            for (var certificate : certificates) {
                bytes.writeBytes(certificate.getEncoded());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode a certificate that was made here", e);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static <A> void respond(StreamObserver<A> answer, Supplier<A> work) {
        A message;
        try {
            message = work.get();
        } catch (Refused e) {
            LOG.log(System.Logger.Level.INFO, "refused workload reason=" + e.getMessage());
            answer.onError(RefusalMapping.toStatus(e));
            return;
        } catch (RuntimeException e) {
            answer.onError(RefusalMapping.toStatus(e));
            return;
        }
        answer.onNext(message);
        answer.onCompleted();
    }
}
