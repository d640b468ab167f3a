package org.nsm4j.grpc.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import io.grpc.Context;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.server.Incoming;
import org.nsm4j.grpc.server.Requests;

class NeighboursTest {
    private static final Url MANAGER = Url.unix("/run/nsm/manager.sock");

    private final TestAuthority authority = new TestAuthority("test.local");
    private final TestIdentity asker = new TestIdentity(authority.identity("/forwarder"));
    private final TestIdentity asked = new TestIdentity(authority.identity("/manager"));
    private final Neighbours neighbours = new Neighbours();
    private final AtomicReference<Caller> caller = new AtomicReference<>();
    private final Tokens tokens = audience -> new Caller.Token("for " + audience, soon());

    private Caller seen() {
        return Objects.requireNonNull(caller.get());
    }

    /** Answers as told, and remembers the caller. */
    private Neighbour neighbour(Function<Request, Connection> answer) {
        var requests = new Requests() {
            @Override
            public Connection request(Request request, Caller who) {
                caller.set(who);
                return answer.apply(request);
            }

            @Override
            public void close(Connection connection, Caller who) {
                caller.set(who);
            }
        };
        return new Neighbour(requests, (_, _, _) -> () -> {}, asked);
    }

    /** A way over sockets that answers every request. */
    private Hop hopBeside(Connection answer) {
        return neighbours.before(_ -> new Answering(answer), asker, tokens).at(MANAGER);
    }

    @Test
    void a_role_sees_who_asks_as_over_a_socket() {
        neighbours.add(MANAGER, neighbour(request -> request.connection().withEndpoint("e-1")));
        var deadline = soon();

        var answer = hopBeside(requestFor("other").connection()).request(requestFor("vpn"), deadline, _ -> {});

        assertThat(answer.endpoint()).isEqualTo("e-1");
        assertThat(seen().identity()).isEqualTo(new SpiffeId("test.local", "/forwarder"));
        assertThat(seen().certificate()).isEqualTo(asker.current().svid().leaf());
        assertThat(seen().shown()).isEqualTo(asked.current().svid().leaf());
        assertThat(Objects.requireNonNull(seen().token()).value()).isEqualTo("for spiffe://test.local/manager");
        assertThat(seen().deadline()).isEqualTo(deadline);
        assertThat(seen().own()).isFalse();
    }

    @Test
    void the_call_is_known_to_come_from_this_process() {
        var seen = new AtomicBoolean();
        neighbours.add(MANAGER, neighbour(request -> {
            seen.set(Incoming.current().neighbour());
            return request.connection();
        }));
        hopBeside(requestFor("other").connection()).request(requestFor("vpn"), soon(), _ -> {});
        assertThat(seen).isTrue();
    }

    @Test
    void files_that_come_with_the_call_are_open_until_it_ends_also_when_the_asker_brought_none() {
        var open = new AtomicBoolean(true);
        neighbours.add(MANAGER, neighbour(request -> {
            seen().files().add("inode://4/1", new OpenFile(open));
            assertThat(open).isTrue();
            return request.connection();
        }));

        hopBeside(requestFor("other").connection()).request(requestFor("vpn"), soon(), _ -> {});

        assertThat(open).isFalse();
    }

    @Test
    void what_is_no_neighbour_or_no_more_is_asked_over_its_socket() {
        var remote = requestFor("vpn").connection().withEndpoint("remote");
        var near = neighbour(Request::connection);
        var hop = hopBeside(remote);
        assertThat(hop.request(requestFor("vpn"), soon(), _ -> {}).endpoint()).isEqualTo("remote");

        neighbours.add(MANAGER, near);
        assertThat(hop.request(requestFor("vpn"), soon(), _ -> {}).endpoint()).isNotEqualTo("remote");

        neighbours.remove(MANAGER, neighbour(Request::connection));
        assertThat(hop.request(requestFor("vpn"), soon(), _ -> {}).endpoint())
                .as("only the role itself gives its place up")
                .isNotEqualTo("remote");

        neighbours.remove(MANAGER, near);
        assertThat(hop.request(requestFor("vpn"), soon(), _ -> {}).endpoint()).isEqualTo("remote");
    }

    @Test
    void a_refusal_passes_and_a_bug_is_told_as_one() {
        neighbours.add(MANAGER, neighbour(_ -> {
            throw Refused.by("manager-1", Refused.Reason.NO_ADDRESS, "none left");
        }));
        var hop = hopBeside(requestFor("vpn").connection());
        assertThatThrownBy(() -> hop.request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(Refused.class, e -> {
                    assertThat(e.reason()).isEqualTo(Refused.Reason.NO_ADDRESS);
                    assertThat(e.hop()).contains("manager-1");
                });

        neighbours.add(MANAGER, neighbour(_ -> {
            throw new IllegalStateException("broken");
        }));
        assertThatThrownBy(() -> hop.request(requestFor("vpn"), soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INTERNAL));
    }

    @Test
    void calling_a_request_off_ends_what_it_asks_in_turn() {
        var cancel = new AtomicReference<Runnable>(() -> {});
        var cancelled = new AtomicBoolean();
        neighbours.add(MANAGER, neighbour(request -> {
            Objects.requireNonNull(cancel.get()).run();
            cancelled.set(Context.current().isCancelled());
            return request.connection();
        }));
        hopBeside(requestFor("vpn").connection()).request(requestFor("vpn"), soon(), cancel::set);
        assertThat(cancelled).isTrue();
        assertThat(Context.current().isCancelled()).isFalse();
    }

    @Test
    void a_close_goes_on_although_the_call_that_it_cleans_up_after_was_cancelled() {
        var cancelled = new AtomicBoolean(true);
        var requests = new Requests() {
            @Override
            public Connection request(Request request, Caller who) {
                throw new AssertionError("not asked");
            }

            @Override
            public void close(Connection connection, Caller who) {
                cancelled.set(Context.current().isCancelled());
            }
        };
        neighbours.add(MANAGER, new Neighbour(requests, (_, _, _) -> () -> {}, asked));
        var hop = hopBeside(requestFor("vpn").connection());
        try (var outer = Context.current().withCancellation()) {
            outer.cancel(null);
            outer.run(() -> hop.close(requestFor("vpn").connection(), soon()));
        }
        assertThat(cancelled).isFalse();
    }

    private record OpenFile(AtomicBoolean open) implements PassedFiles.File {
        @Override
        public Optional<String> path() {
            return open.get() ? Optional.of("/proc/self/fd/4") : Optional.empty();
        }

        @Override
        public void close() {
            open.set(false);
        }
    }

    /** A hop over a socket. */
    private record Answering(Connection answer) implements Hop {
        @Override
        public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
            return answer;
        }

        @Override
        public void close(Connection connection, Instant deadline) {}

        @Override
        public AutoCloseable monitor(Selector selector, Listener listener) {
            return () -> {};
        }
    }
}
