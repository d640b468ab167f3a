package org.nsm4j.grpc.server;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The standard health service: {@code ""}, {@value #LIVENESS} and the name of each service that is served here say that
 * this process answers, and depend on nobody else; {@value #READINESS} says whether new requests can succeed.
 */
final class HealthCalls extends HealthGrpc.HealthImplBase {
    static final String LIVENESS = "liveness";
    static final String READINESS = "readiness";
    /** How often a watch looks. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Set<String> services;
    private final BooleanSupplier ready;
    private final OpenStreams open;

    HealthCalls(Set<String> services, BooleanSupplier ready, OpenStreams open) {
        this.services = Set.copyOf(services);
        this.ready = ready;
        this.open = open;
    }

    private ServingStatus status(String name) {
        if (name.equals(READINESS)) {
            return isReady() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        }
        boolean known = name.isEmpty() || name.equals(LIVENESS) || services.contains(name);
        return known ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN;
    }

    private boolean isReady() {
        try {
            return ready.getAsBoolean();
        } catch (RuntimeException e) {
            // who cannot even tell is not ready
            return false;
        }
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
        var status = status(request.getService());
        if (status == ServingStatus.SERVICE_UNKNOWN) {
            answers.onError(Status.NOT_FOUND
                    .withDescription("health of \"%s\" (expected: \"\", %s, %s or a service that is served here)"
                            .formatted(request.getService(), LIVENESS, READINESS))
                    .asRuntimeException());
        } else {
            answers.onNext(response(status));
            answers.onCompleted();
        }
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
        var stream = EventStream.over(answers, open);
        // Not on the call's own thread: its ready and cancel events must not queue behind us.
        Thread.ofVirtual().name("health watch").start(() -> watch(request.getService(), stream));
    }

    private void watch(String name, EventStream<HealthCheckResponse> stream) {
        var told = ServingStatus.UNRECOGNIZED;
        do {
            var status = status(name);
            if (status != told && !stream.send(response(status))) {
                return;
            }
            told = status;
        } while (!stream.awaitEnd(LOOK));
    }
}
