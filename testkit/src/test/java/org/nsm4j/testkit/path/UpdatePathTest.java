package org.nsm4j.testkit.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.testkit.fake.FakeEnd;

class UpdatePathTest {
    private final FakeEnd end = new FakeEnd();
    private final Chain chain =
            Chain.through(new UpdatePath("me", () -> new ConnectionId("fresh"))).to(end);

    /** Paths are written {@code index: name/id name/id}. */
    private static Connection connection(String id, String path) {
        var parts = path.strip().split(":", -1);
        var segments = parts[1].isBlank()
                ? List.<Segment>of()
                : List.of(parts[1].strip().split(" ")).stream()
                        .map(each -> each.split("/"))
                        .map(each -> Segment.of(each[0], new ConnectionId(each[1])))
                        .toList();
        return Connection.to("intranet")
                .withId(new ConnectionId(id))
                .withPath(new Path(Integer.parseInt(parts[0]), segments, Opaque.NONE));
    }

    private static String text(Connection connection) {
        var path = connection.path();
        return connection.id() + " " + path.index() + ": "
                + String.join(
                        " ", path.segments().stream().map(Segment::toString).toList());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        no path and no id: a path starts here  | ''  | 0:                   | fresh 0: me/fresh           | fresh 0: me/fresh
        no path but an id: it is kept          | own | 0:                   | own 0: me/own               | own 0: me/own
        our own segment is current: its id     | x   | 0: me/own            | own 0: me/own               | own 0: me/own
        nobody next: we are appended           | c   | 0: client/c          | fresh 1: client/c me/fresh  | c 0: client/c me/fresh
        we are next: our id is kept            | c   | 0: client/c me/own   | own 1: client/c me/own      | c 0: client/c me/own
        another is next: renamed, a fresh id   | c   | 0: client/c you/y    | fresh 1: client/c me/fresh  | c 0: client/c me/fresh
        what is behind us stays                | c   | 0: client/c me/o e/z | o 1: client/c me/o e/z      | c 0: client/c me/o e/z
        """)
    void writes_this_hop_into_the_path_and_gives_the_callers_view_back(
            String rule, String id, String path, String goesOn, String comesBack) {
        var asked = connection(id, path);
        var answer = chain.request(new Request(asked, List.of()), Caller.SELF);
        assertThat(text(end.requests().getFirst().connection())).as(rule).isEqualTo(goesOn);
        assertThat(text(answer)).as(rule).isEqualTo(comesBack);
        chain.close(asked, Caller.SELF);
        assertThat(text(end.closes().getFirst().connection())).as(rule).isEqualTo(goesOn);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        an id that is not the current segment's | other | 0: client/c | connection id: other (expected: c
        an index behind the end                 | c     | 1: client/c | path index: 1 (expected: less than the 1 segments)
        """)
    void refuses_a_path_that_contradicts_itself(String rule, String id, String path, String message) {
        assertThatThrownBy(() -> chain.request(new Request(connection(id, path), List.of()), Caller.SELF))
                .as(rule)
                .isInstanceOfSatisfying(Refused.class, e -> {
                    assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
                    assertThat(e.hop()).contains("me");
                })
                .hasMessageContaining(message);
    }

    @Test
    void names_itself_in_a_refusal_that_names_nobody_and_leaves_one_that_does() {
        end.refuse(Refused.Reason.NO_CAPACITY);
        assertThatThrownBy(() -> chain.request(new Request(connection("c", "0: client/c"), List.of()), Caller.SELF))
                .hasMessageStartingWith("me: ");
        end.beforeRequest(call -> {
            throw Refused.by("endpoint-1", Refused.Reason.NO_CAPACITY, "full");
        });
        assertThatThrownBy(() -> chain.request(new Request(connection("c", "0: client/c"), List.of()), Caller.SELF))
                .hasMessage("endpoint-1: full");
    }
}
