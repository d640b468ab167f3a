package org.nsm4j.core.chain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;

/**
 * One hop as an ordered list of elements, the last of which is the chain's end.
 *
 * <p>The chain, not the element, compensates: when an element fails after the rest accepted, the chain closes the rest
 * again, under the time of its own that {@link ConnectionTable} gives; a failed refresh or adoption closes nothing.
 *
 * <pre>{@code
 * var chain = Chain.through(new UpdatePath(name, ids), connections, new Authorize(policy)).to(new Dial(hops));
 * var answer = chain.request(request, caller);
 * }</pre>
 */
public final class Chain {
    private static final System.Logger LOG = System.getLogger(Chain.class.getName());

    private final List<Element> elements;

    private Chain(List<Element> elements) {
        this.elements = List.copyOf(elements);
        for (var element : elements) {
            if (element instanceof ConnectionTable table) {
                table.reenterBy(this);
            }
        }
    }

    /** Starts a chain with its elements in order. */
    public static Builder through(Element... elements) {
        return new Builder(List.of(elements));
    }

    /** A chain that lacks its end. */
    public static final class Builder {
        private final List<Element> elements;

        private Builder(List<Element> elements) {
            this.elements = new ArrayList<>(elements);
        }

        /** Adds further elements. */
        public Builder then(List<Element> more) {
            elements.addAll(more);
            return this;
        }

        /** Ends the chain with an element that asks nobody of this chain. */
        public Chain to(Element end) {
            elements.add(end);
            return new Chain(elements);
        }

        /** Ends the chain here: what arrives is the answer. */
        public Chain toEnd() {
            return to(new Answer());
        }
    }

    /** The end of an endpoint's chain: the request, as the elements made it, is the answer. */
    @Does("answers with the request as the elements made it, and is the end of the chain")
    private static final class Answer implements Element {
        @Override
        public Connection request(Call call, Rest rest) {
            return call.connection();
        }

        @Override
        public void close(Call call, Rest rest) {}
    }

    /**
     * Asks the chain.
     *
     * @throws Refused when one of the elements, or a hop behind, says no
     */
    public Connection request(Request request, Caller caller) {
        return request(request, caller, 0);
    }

    /** As {@link #request(Request, Caller)}, for an event of our own about one generation of a connection. */
    Connection request(Request request, Caller caller, long generation) {
        return ask(0, Call.of(request, caller, generation));
    }

    /** Closes through the whole chain; what could not be closed is reported, but everything is tried. */
    public void close(Connection connection, Caller caller) {
        close(connection, caller, 0);
    }

    /** As {@link #close(Connection, Caller)}, for an event of our own about one generation of a connection. */
    void close(Connection connection, Caller caller, long generation) {
        closeFrom(0, Call.of(new Request(connection, List.of()), caller, generation));
    }

    /**
     * One element, as people look at it.
     *
     * @param name the element's
     * @param does what it does; empty where it does not say
     */
    public record Part(String name, String does) {}

    /** The elements in order. */
    public List<Part> parts() {
        return elements.stream()
                .map(element -> {
                    var does = element.getClass().getAnnotation(Does.class);
                    return new Part(element.describe(), does == null ? "" : does.value());
                })
                .toList();
    }

    /** The elements' names in order, one a line. */
    public String describe() {
        var text = new StringBuilder();
        for (var element : elements) {
            text.append(element.describe()).append('\n');
        }
        return text.toString();
    }

    private Connection ask(int index, Call call) {
        call.attempt().refuseIfCancelled();
        var element = elements.get(index);
        long start = call.attempt().nanoTime();
        if (index == elements.size() - 1) {
            var answer = element.request(call, new Nobody(element));
            call.attempt().endAnswered(answer, call.next().orElse(null));
            call.attempt().spent(element.describe(), call.attempt().nanoTime() - start);
            return answer;
        }
        var rest = new From(index + 1);
        Connection answer;
        try {
            answer = element.request(call, rest);
            call.attempt().spent(element.describe(), call.attempt().nanoTime() - start - rest.nanos);
        } catch (RuntimeException | Error e) {
            rest.undo(e);
            throw e;
        }
        if (rest.accepted == null) {
            throw new IllegalStateException(
                    "element %s answered although the rest did not accept".formatted(element.describe()));
        }
        return answer;
    }

    private void closeFrom(int index, Call call) {
        var element = elements.get(index);
        if (index == elements.size() - 1) {
            element.close(call, new Nobody(element));
            return;
        }
        var rest = new From(index + 1);
        Throwable failure = null;
        try {
            element.close(call, rest);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (!rest.closed && !goesNoFurther(element, failure)) {
            failure = closeAll(rest, call, failure, element);
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /**
     * Everything is tried but for what the caller may not do at all, and what the table did not let have its turn: a
     * timer's close that a refresh overtook must not reach the hops behind a wire that works.
     */
    private static boolean goesNoFurther(Element element, @Nullable Throwable failure) {
        return (failure instanceof Refused refused && refused.reason() == Refused.Reason.NOT_AUTHORIZED)
                || (failure != null && element instanceof ConnectionTable);
    }

    private static Throwable closeAll(From rest, Call call, @Nullable Throwable failure, Element element) {
        var report = failure != null
                ? failure
                : new IllegalStateException("element %s did not close the rest".formatted(element.describe()));
        try {
            rest.close(call);
        } catch (RuntimeException | Error e) {
            report.addSuppressed(e);
        }
        return report;
    }

    /** The elements from a place on, asked by the one before. */
    private final class From implements Element.Rest {
        private final int index;
        private @Nullable Call accepted;
        private @Nullable Connection answer;
        private boolean closed;
        private int mark;
        private long nanos;

        From(int index) {
            this.index = index;
        }

        @Override
        public Connection request(Call call) {
            if (accepted != null) {
                undoCandidate(call);
            }
            var holdings = call.attempt().holdings;
            mark = holdings.mark();
            long start = call.attempt().nanoTime();
            Connection answered;
            try {
                answered = ask(index, call);
            } catch (RuntimeException | Error e) {
                holdings.rollBackTo(mark, e);
                throw e;
            } finally {
                nanos += call.attempt().nanoTime() - start;
            }
            accepted = call;
            answer = answered;
            return answered;
        }

        @Override
        public void close(Call call) {
            closed = true;
            closeFrom(index, call);
        }

        private void undoCandidate(Call call) {
            var failure = new IllegalStateException("cannot undo what a former candidate accepted");
            undo(failure);
            if (failure.getSuppressed().length > 0) {
                LOG.log(System.Logger.Level.WARNING, "connection " + call.id(), failure);
            }
        }

        /** Undoes what the rest accepted in this attempt: what it holds, and, if failing may harm it, all of it. */
        void undo(Throwable reason) {
            var call = accepted;
            var connection = answer;
            accepted = null;
            if (call == null || connection == null) {
                return;
            }
            if (call.origin().compensates()) {
                try {
                    closeFrom(index, ConnectionTable.closing(call, connection));
                } catch (RuntimeException | Error e) {
                    reason.addSuppressed(e);
                }
                call.attempt().forgetAnswer();
            }
            call.attempt().holdings.rollBackTo(mark, reason);
        }
    }

    /** What follows the end. */
    private record Nobody(Element end) implements Element.Rest {
        @Override
        public Connection request(Call call) {
            throw new IllegalStateException("element %s is the end of its chain".formatted(end.describe()));
        }

        @Override
        public void close(Call call) {}
    }
}
