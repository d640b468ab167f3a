package org.nsm4j.testkit.fake;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Refused;

/**
 * The end of a chain: answers what it is asked, remembers what came, and knows what it has open. Can be told to
 * refuse, to fail, or to do something before it answers.
 */
public final class FakeEnd implements Element {
    /** Something that the end does with a call before it answers. */
    @FunctionalInterface
    public interface Before {
        /** May throw, wait, or look. */
        void with(Call call);
    }

    private final List<String> log = new ArrayList<>();
    private final List<Call> requests = new ArrayList<>();
    private final List<Call> closes = new ArrayList<>();
    private final Set<ConnectionId> open = new HashSet<>();
    private Before beforeRequest = call -> {};
    private Before beforeClose = call -> {};
    private @Nullable String endpoint;

    /** Does something before each answer. */
    public void beforeRequest(Before before) {
        beforeRequest = before;
    }

    /** Does something before each close. */
    public void beforeClose(Before before) {
        beforeClose = before;
    }

    /** Refuses every request from now on. */
    public void refuse(Refused.Reason reason) {
        beforeRequest = call -> {
            throw new Refused(reason, "fake end: told to refuse");
        };
    }

    /** Answers again. */
    public void accept() {
        beforeRequest = call -> {};
    }

    /** Answers in this endpoint's name. */
    public void answerAs(String name) {
        endpoint = name;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        requests.add(call);
        log.add("request " + call.origin());
        beforeRequest.with(call);
        open.add(call.id());
        var name = endpoint;
        return name == null ? call.connection() : call.connection().withEndpoint(name);
    }

    @Override
    public void close(Call call, Rest rest) {
        closes.add(call);
        log.add("close");
        open.remove(call.id());
        beforeClose.with(call);
    }

    /** What came, in order: {@code request ORIGIN} and {@code close}. */
    public List<String> log() {
        return log;
    }

    /** The requests that came. */
    public List<Call> requests() {
        return requests;
    }

    /** The closes that came. */
    public List<Call> closes() {
        return closes;
    }

    /** The last request that came. */
    public Optional<Call> lastRequest() {
        return requests.isEmpty() ? Optional.empty() : Optional.of(requests.getLast());
    }

    /** What was accepted and not closed since. */
    public Set<ConnectionId> open() {
        return open;
    }
}
