package org.nsm4j.app.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nsm4j.core.model.Refused;

/**
 * What can be asked of a node. The node implements it, {@link AdminClient} is the same across the socket. Every method
 * may throw {@link Refused}, whose reason, hop and sentence reach the caller unchanged; anything else
 * that is thrown is a bug and arrives as {@code INTERNAL}.
 */
public interface Admin {
    /**
     * Plugs a workload in. Interrupted when the caller goes away: the request is then called off and leaves nothing.
     *
     * @param request what to plug in where
     * @param progress told of each step when it is done
     */
    ConnectionStatus connect(ConnectRequest request, Consumer<Step> progress);

    /**
     * Closes a connection and forgets its declaration. Refused with {@code NOT_FOUND} where there is none of that name.
     *
     * @return whom the close did not reach, and why; empty where everybody knows
     */
    String disconnect(String name);

    /** All that there is of a kind, by name. */
    List<Item> list(Item.Kind kind);

    /**
     * Tells what there is of a kind, then what changes, until interrupted.
     *
     * @param kind of which
     * @param events called on the calling thread
     */
    void watch(Item.Kind kind, Consumer<Event> events);

    /** Registers services and declares connections: all, or none if one is refused. In the order of the items. */
    List<Outcome> apply(List<Item> items);

    /** Takes back what {@link #apply} made; only kinds and names count. */
    List<Outcome> delete(List<Item> items);

    /** Which endpoint a client with these labels would get, and why not the others. */
    Explanation explain(String service, Map<String, String> labels);

    /** What the node denied to others lately, by which rule and on what facts; the latest first. */
    List<Denial> denials();

    /** How the node is. */
    NodeReport status();

    /**
     * A token by which one other host may join the domain once.
     *
     * @param life how long it can be used
     */
    JoinToken createJoinToken(Duration life);

    /**
     * Accepts no new connections from now on, has those of this node's endpoints moved to endpoints on other nodes, and waits
     * until that is done. It goes on when the time is up, until {@link #undrain} or the end of the node's process.
     *
     * @return how many were left when the time was up, since there is no other endpoint for them
     */
    int drain(Duration timeout);

    /** Accepts new connections again; does nothing where they are accepted. */
    void undrain();

    /** Compares what should be on the node with what is there. Changes nothing; takes a list of links of each namespace. */
    List<Leftover> audit();

    /** Ends the node's process after this call was answered. Wires stay: they are adopted by the next one. */
    void shutdown();

    /**
     * A change of what {@link #watch} watches.
     *
     * @param item as it is now, or was last
     * @param deleted whether it is gone
     */
    record Event(Item item, boolean deleted) {}

    /**
     * Something that is there and should not be, or the other way round.
     *
     * @param kind {@code link}, {@code missing}, {@code socket}, {@code untold} or {@code namespace}
     * @param text what and where
     * @param cure what to do about it
     */
    record Leftover(String kind, String text, String cure) {}

    /**
     * Something that was denied.
     *
     * @param at when, for the last time
     * @param caller who asked
     * @param asked the call
     * @param reason what a program may switch on
     * @param hop who denied it; empty for the node itself
     * @param sentence names the rule and the facts that it judged by
     * @param times how often in a row
     */
    record Denial(
            Instant at, String caller, String asked, Refused.Reason reason, String hop, String sentence, long times) {}

    /**
     * One step of a connection's set-up.
     *
     * @param number from 1
     * @param text what was done, in a few words
     * @param took how long
     */
    record Step(int number, String text, Duration took) {}

    /**
     * What became of an applied or deleted resource.
     *
     * @param resource {@code networkservice/vpn-gateway}
     * @param what {@code created}, {@code configured}, {@code unchanged} or {@code deleted}
     * @param warnings what was accepted and yet looks wrong
     */
    record Outcome(String resource, String what, List<String> warnings) {
        public Outcome {
            warnings = List.copyOf(warnings);
        }

        /** One with nothing to be warned of. */
        public Outcome(String resource, String what) {
            this(resource, what, List.of());
        }
    }

    /**
     * How a service would be resolved.
     *
     * @param rule which rule of the service applied, in words
     * @param candidates every endpoint of the service
     * @param forwarders every forwarder of the node that was asked
     * @param doubts what looks wrong in the service's rules
     */
    record Explanation(String rule, List<Candidate> candidates, List<Candidate> forwarders, List<String> doubts) {
        public Explanation {
            candidates = List.copyOf(candidates);
            forwarders = List.copyOf(forwarders);
            doubts = List.copyOf(doubts);
        }
    }

    /**
     * One endpoint or forwarder of an {@link Explanation}.
     *
     * @param endpoint its name
     * @param chosen whether it may be asked
     * @param because why, or why not
     */
    record Candidate(String endpoint, boolean chosen, String because) {}
}
