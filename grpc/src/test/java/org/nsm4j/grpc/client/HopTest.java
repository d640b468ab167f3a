package org.nsm4j.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import io.grpc.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.server.Incoming;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.server.ServerSettings;

@Timeout(60)
class HopTest {
    private final Sides sides = new Sides();

    @AfterEach
    void end() throws Exception {
        sides.close();
    }

    private static Requests answering(BiFunction<Request, Caller, Connection> answer, Consumer<Connection> closed) {
        return new Requests() {
            @Override
            public Connection request(Request request, Caller caller) {
                return answer.apply(request, caller);
            }

            @Override
            public void close(Connection connection, Caller caller) {
                closed.accept(connection);
            }
        };
    }

    private static Requests answering(BiFunction<Request, Caller, Connection> answer) {
        return answering(answer, _ -> {});
    }

    private Hop hop(Url url) {
        return new GrpcHops(sides.plainClient()).at(url);
    }

    @Test
    void a_request_is_answered_over_a_unix_socket_and_the_server_sees_who_calls() {
        var process = new CompletableFuture<Integer>();
        var url = sides.serve(sides.plain().requests(answering((request, caller) -> {
            process.complete(Incoming.current().peerProcess().orElseThrow().pid());
            assertThat(caller.own()).isFalse();
            assertThat(caller.deadline()).isBetween(Instant.now(), Instant.now().plusSeconds(20));
            return request.connection().withEndpoint("e-1");
        })));
        assertThat(hop(url).request(requestFor("vpn"), soon(), _ -> {}).endpoint())
                .isEqualTo("e-1");
        assertThat(process).isCompletedWithValue((int) ProcessHandle.current().pid());
    }

    @Test
    void a_request_is_answered_over_tcp() {
        var server = sides.closing(sides.plain()
                .requests(answering((request, _) -> request.connection().withEndpoint("e-1")))
                .listen(List.of(Url.parse("tcp://127.0.0.1:0"), Url.parse("tcp://[::1]:0"))));
        assertThat(server.urls()).hasSize(2);
        for (var url : server.urls()) {
            assertThat(hop(url).request(requestFor("vpn"), soon(), _ -> {}).endpoint())
                    .isEqualTo("e-1");
        }
    }

    @Test
    void a_refusal_arrives_with_reason_hop_and_sentence() {
        var url = sides.serve(sides.plain().requests(answering((_, _) -> {
            throw Refused.by(
                    "forwarder-1", Refused.Reason.NO_ADDRESS, "prefix: 10.0.0.0/30 (expected: a free address)");
        })));
        assertThatThrownBy(() -> hop(url).request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(Refused.class, e -> {
                    assertThat(e.reason()).isEqualTo(Refused.Reason.NO_ADDRESS);
                    assertThat(e.hop()).contains("forwarder-1");
                    assertThat(e.sentence()).isEqualTo("prefix: 10.0.0.0/30 (expected: a free address)");
                });
    }

    @Test
    void a_bug_of_the_other_side_arrives_as_internal() {
        var url = sides.serve(sides.plain().requests(answering((_, _) -> {
            throw new IllegalStateException("made up by this test");
        })));
        assertThatThrownBy(() -> hop(url).request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INTERNAL));
    }

    @Test
    void the_deadline_ends_a_request_and_reaches_the_server() {
        var ended = new CountDownLatch(1);
        var url = sides.serve(sides.plain().requests(answering((request, _) -> {
            Context.current().addListener(_ -> ended.countDown(), Runnable::run);
            await(ended);
            return request.connection();
        })));
        assertThatThrownBy(
                        () -> hop(url).request(requestFor("vpn"), Instant.now().plusMillis(200), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.DEADLINE));
        await(ended);
    }

    @Test
    void calling_a_request_off_calls_off_what_the_server_asked_in_its_course_but_not_its_closing() {
        var asked = new CountDownLatch(1);
        var calledOff = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        var last = sides.serve(sides.plain()
                .requests(answering(
                        (request, _) -> {
                            Context.current().addListener(_ -> calledOff.countDown(), Runnable::run);
                            asked.countDown();
                            await(calledOff);
                            return request.connection();
                        },
                        _ -> closed.countDown())));
        var behind = hop(last);
        var middle = sides.serve(sides.plain().requests(answering((request, _) -> {
            try {
                return behind.request(request, soon(), _ -> {});
            } catch (Refused e) {
                behind.close(request.connection(), soon());
                throw e;
            }
        })));
        var cancel = new CompletableFuture<Runnable>();
        var outcome = CompletableFuture.supplyAsync(
                () -> hop(middle).request(requestFor("vpn"), soon(), cancel::complete),
                sides.transport().calls());
        await(asked);
        cancel.join().run();
        assertThatThrownBy(outcome::join)
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CANCELLED));
        await(calledOff);
        await(closed);
    }

    @Test
    void a_message_that_is_too_large_is_refused_and_the_connection_stays() {
        var answered = new AtomicInteger();
        var url = sides.serve(sides.plain()
                .settings(ServerSettings.USUAL.withMostMessage(4096))
                .requests(answering((request, _) -> {
                    answered.incrementAndGet();
                    return request.connection();
                })));
        var hop = hop(url);
        var large = requestFor("vpn").with(c -> c.withLabels(Map.of("text", "x".repeat(10_000))));
        assertThatThrownBy(() -> hop.request(large, soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY));
        hop.request(requestFor("vpn"), soon(), _ -> {});
        assertThat(answered).hasValue(1);
    }

    @Test
    void a_monitor_hears_the_present_state_first_even_when_it_is_empty_and_then_what_happens() throws Exception {
        var listener = new CompletableFuture<Hop.Listener>();
        var unsubscribed = new CountDownLatch(1);
        var url = sides.serve(sides.plain().watch((selector, _, to) -> {
            assertThat(selector.services()).containsExactly("vpn");
            listener.complete(to);
            to.event(new ConnectionEvent(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, List.of()));
            return unsubscribed::countDown;
        }));
        var heard = new Heard();
        var watch = hop(url).monitor(new Selector(List.of(), List.of("vpn")), heard);
        assertThat(heard.next()).isEqualTo(new ConnectionEvent(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, List.of()));
        var connection = requestFor("vpn").connection();
        listener.join().event(new ConnectionEvent(ConnectionEvent.Kind.DELETE, List.of(connection)));
        assertThat(heard.next()).isEqualTo(new ConnectionEvent(ConnectionEvent.Kind.DELETE, List.of(connection)));
        watch.close();
        await(unsubscribed);
        assertThat(heard.ended).isNotDone();
    }

    @Test
    void a_monitor_is_told_when_the_server_ends() {
        var server = sides.plain()
                .watch((_, _, to) -> {
                    to.event(new ConnectionEvent(ConnectionEvent.Kind.INITIAL_STATE_TRANSFER, List.of()));
                    return () -> {};
                })
                .listen(List.of(sides.unix()));
        var heard = new Heard();
        hop(server.urls().getFirst()).monitor(Selector.ALL, heard);
        heard.next();
        server.close();
        assertThat(heard.ended.join().reason()).isEqualTo(Refused.Reason.UNAVAILABLE);
    }

    @Test
    void a_slow_watcher_makes_the_teller_wait_instead_of_filling_memory() {
        var told = new AtomicInteger();
        var teller = new CompletableFuture<Thread>();
        var connection = requestFor("vpn").connection().withLabels(Map.of("text", "x".repeat(100_000)));
        var url = sides.serve(sides.plain().watch((_, _, to) -> {
            teller.complete(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 500; i++) {
                    to.event(new ConnectionEvent(ConnectionEvent.Kind.UPDATE, List.of(connection)));
                    told.incrementAndGet();
                }
            }));
            return () -> {};
        }));
        var toldAtFirst = new CompletableFuture<Integer>();
        var all = new CountDownLatch(500);
        hop(url).monitor(Selector.ALL, new Hop.Listener() {
            @Override
            public void event(ConnectionEvent event) {
                while (!toldAtFirst.isDone()) {
                    var state = teller.join().getState();
                    if (state == Thread.State.TIMED_WAITING || state == Thread.State.TERMINATED) {
                        toldAtFirst.complete(told.get());
                    }
                    Thread.onSpinWait();
                }
                all.countDown();
            }

            @Override
            public void ended(Refused reason) {}
        });
        // what fits into the windows of HTTP/2 and of the stream, while nobody reads: not 50 MB
        assertThat(toldAtFirst.join()).isLessThan(100);
        await(all);
    }

    @Test
    void a_connection_beyond_the_limit_is_turned_away_and_let_in_when_another_has_gone() throws Exception {
        var bounds = ServerSettings.USUAL.withMostConnections(1);
        var url = sides.serve(sides.plain().settings(bounds).requests(answering((request, _) -> request.connection())));
        var first = sides.plainClient();
        new GrpcHops(first).at(url).request(requestFor("vpn"), soon(), _ -> {});
        assertThatThrownBy(() -> hop(url).request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY));
        first.close();
        // the refused one is cut off a second later, and the server hears of the first one's end
        var until = soon();
        var second = hop(url);
        while (true) {
            try {
                second.request(requestFor("vpn"), soon(), _ -> {});
                return;
            } catch (Refused e) {
                assertThat(Instant.now()).as(e.getMessage()).isBefore(until);
            }
        }
    }

    @Test
    void a_hop_that_is_not_there_is_refused_at_once_and_found_when_it_comes() {
        var url = sides.unix();
        var hop = hop(url);
        assertThatThrownBy(() -> hop.request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE))
                .hasMessageContaining(url.toString());
        sides.closing(sides.plain()
                .requests(answering((request, _) -> request.connection().withEndpoint("e-1")))
                .listen(List.of(url)));
        var patient = new GrpcHops(sides.closing(new Channels(
                        sides.transport(),
                        null,
                        Tokens.NONE,
                        ClientSettings.USUAL.withPatience(Duration.ofSeconds(10)))))
                .at(url);
        assertThat(patient.request(requestFor("vpn"), soon(), _ -> {}).endpoint())
                .isEqualTo("e-1");
    }

    @Test
    void a_server_that_comes_back_is_found_again_by_the_same_client() {
        var url = sides.unix();
        var channels = sides.closing(new Channels(
                sides.transport(), null, Tokens.NONE, ClientSettings.USUAL.withPatience(Duration.ofSeconds(10))));
        var hop = new GrpcHops(channels).at(url);
        for (int life = 0; life < 3; life++) {
            var name = "life-" + life;
            try (var _ = sides.plain()
                    .requests(answering((request, _) -> request.connection().withEndpoint(name)))
                    .listen(List.of(url))) {
                assertThat(hop.request(requestFor("vpn"), soon(), _ -> {}).endpoint())
                        .isEqualTo(name);
            }
        }
    }

    @Test
    void a_socket_that_nobody_passed_cannot_be_reached() {
        assertThatThrownBy(() -> hop(Url.parse("inode://4/17")).request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE))
                .hasMessageContaining("inode://4/17: the socket that it stands for is not held here");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Heard implements Hop.Listener {
        private final ArrayBlockingQueue<ConnectionEvent> events = new ArrayBlockingQueue<>(16);
        private final CompletableFuture<Refused> ended = new CompletableFuture<>();

        @Override
        public void event(ConnectionEvent event) {
            events.add(event);
        }

        @Override
        public void ended(Refused reason) {
            ended.complete(reason);
        }

        ConnectionEvent next() {
            try {
                var event = events.poll(30, TimeUnit.SECONDS);
                assertThat(event).isNotNull();
                return event;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
