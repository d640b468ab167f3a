package org.nsm4j.core.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.core.model.Url;

/** Next hops that answer as a test says, and remember what they were asked. A URL nobody set up is unreachable. */
public final class FakeHops implements Hop.Directory {
    private final Map<Url, Function<Request, Connection>> answers = new HashMap<>();
    private final Map<Url, List<Hop.Listener>> watchers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final List<Duration> deadlines = new ArrayList<>();
    private int watched;

    /** A hop that accepts everything, adding its segment. */
    public void accepts(String url, String name) {
        answers.put(Url.parse(url), request -> {
            var path = request.connection().path();
            var segment = Segment.of(name, new ConnectionId(name + "-id"));
            return request.connection().withPath(path.with(path.index() + 1, segment));
        });
    }

    public void answers(String url, Function<Request, Connection> answer) {
        answers.put(Url.parse(url), answer);
    }

    public void refuses(String url, Refused refusal) {
        answers.put(Url.parse(url), request -> {
            throw refusal;
        });
    }

    /** Every URL that was asked, in order. */
    public List<String> asked() {
        return asked;
    }

    /** Until when each was asked, since the scheduler's start. */
    public List<Duration> deadlines() {
        return deadlines;
    }

    /** Every URL where something was closed, in order. */
    public List<String> closed() {
        return closed;
    }

    /** What was asked and closed, in order, each with the hops behind the first. */
    public List<String> log() {
        return log;
    }

    private void note(String what, Connection connection) {
        log.add(what
                + connection.path().segments().stream()
                        .skip(1)
                        .map(Segment::toString)
                        .toList());
    }

    /** Who watches a hop. */
    public List<Hop.Listener> watchers(String url) {
        return watchers.getOrDefault(Url.parse(url), List.of());
    }

    /** How often a stream was opened. */
    public int watched() {
        return watched;
    }

    @Override
    public Hop at(Url url) {
        return new Hop() {
            @Override
            public Connection request(Request request, PassedFiles files, Instant deadline, Consumer<Runnable> cancel) {
                asked.add(url.toString());
                note("ask ", request.connection());
                deadlines.add(Duration.between(ManualScheduler.START, deadline));
                var answer = answers.get(url);
                if (answer == null) {
                    throw new Refused(Refused.Reason.UNAVAILABLE, "cannot reach %s".formatted(url));
                }
                return answer.apply(request);
            }

            @Override
            public void close(Connection connection, Instant deadline) {
                closed.add(url.toString());
                note("close ", connection);
            }

            @Override
            public AutoCloseable monitor(Selector selector, Listener listener) {
                watched++;
                watchers.computeIfAbsent(url, each -> new ArrayList<>()).add(listener);
                return () -> watchers.get(url).remove(listener);
            }
        };
    }
}
