package org.nsm4j.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.api.connection.ConnectionEvent;
import org.nsm4j.api.connection.ConnectionEventType;
import org.nsm4j.api.connection.MonitorConnectionGrpc;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.connection.State;

/** What a client hears of its connections (wire §3.3). */
@Timeout(60)
class MonitorTest {
    @RegisterExtension
    static final Domain domain = new Domain();

    private static Peer client;

    @BeforeAll
    static void start() {
        domain.endpoint("monitored");
        client = domain.peer("client");
    }

    private static BlockingQueue<ConnectionEvent> watch(String id) {
        var heard = new LinkedBlockingQueue<ConnectionEvent>();
        MonitorConnectionGrpc.newStub(client.to(domain.manager()))
                .monitorConnections(
                        MonitorScopeSelector.newBuilder()
                                .addPathSegments(PathSegment.newBuilder().setId(id))
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(ConnectionEvent event) {
                                heard.add(event);
                            }

                            @Override
                            public void onError(Throwable failure) {}

                            @Override
                            public void onCompleted() {}
                        });
        return heard;
    }

    private static ConnectionEvent next(BlockingQueue<ConnectionEvent> heard) throws InterruptedException {
        @Nullable ConnectionEvent event = heard.poll(15, TimeUnit.SECONDS);
        assertThat(event).as("an event").isNotNull();
        return event;
    }

    @Test
    void first_comes_what_there_is_even_nothing_then_what_happens_as_the_manager_sees_it() throws InterruptedException {
        var asked = Peer.asking("monitored").build();
        var id = asked.getConnection().getId();
        var heard = watch(id);
        var initial = next(heard);
        assertThat(initial.getType()).isEqualTo(ConnectionEventType.INITIAL_STATE_TRANSFER);
        assertThat(initial.getConnectionsMap()).isEmpty();

        var stub = client.connections(domain.manager()).withDeadlineAfter(30, TimeUnit.SECONDS);
        var answer = stub.request(asked);
        var up = next(heard);
        var managersId = answer.getPath().getPathSegments(1).getId();
        assertThat(up.getType()).isEqualTo(ConnectionEventType.UPDATE);
        assertThat(up.getConnectionsMap()).containsOnlyKeys(managersId);
        var seen = up.getConnectionsOrThrow(managersId);
        assertThat(seen.getId()).isEqualTo(managersId);
        assertThat(seen.getPath().getIndex()).isEqualTo(1);
        assertThat(seen.getPath().getPathSegments(0).getId()).isEqualTo(id);
        assertThat(seen.getState()).isEqualTo(State.UP);
        assertThat(seen.getMechanism()).isEqualTo(answer.getMechanism());

        var late = watch(id);
        assertThat(next(late).getConnectionsMap()).containsOnlyKeys(managersId);

        stub.close(answer);
        var end = next(late);
        assertThat(end.getType()).as(end.toString()).isEqualTo(ConnectionEventType.DELETE);
    }
}
