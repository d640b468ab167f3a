package org.nsm4j.core.chain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;

/**
 * What this hop knows of a request or close while it walks the chain. Immutable but for what is held: an element that
 * changes the outgoing leg hands a changed call to the rest.
 */
public final class Call {
    private final Request incoming;
    private final Request outgoing;
    private final Caller caller;
    private final @Nullable Url next;
    private final Attempt attempt;

    private Call(Request incoming, Request outgoing, Caller caller, @Nullable Url next, Attempt attempt) {
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.caller = caller;
        this.next = next;
        this.attempt = attempt;
    }

    static Call of(Request incoming, Caller caller, long generation) {
        return new Call(incoming, incoming, caller, null, Attempt.outsideTable(generation));
    }

    Call within(Attempt newAttempt) {
        return new Call(incoming, outgoing, caller, next, newAttempt);
    }

    /** The id of the connection at this hop, from the path upkeep on. */
    public ConnectionId id() {
        return outgoing.connection().id();
    }

    /** The request as the client sent it. */
    public Request incoming() {
        return incoming;
    }

    /** The request as it goes on. */
    public Request outgoing() {
        return outgoing;
    }

    /** The connection as it goes on. */
    public Connection connection() {
        return outgoing.connection();
    }

    /** The outgoing leg as the next hop last answered it; empty before the first answer. */
    public Optional<Connection> previous() {
        return Optional.ofNullable(attempt.previous);
    }

    /** Where the request goes next, once an element has said so. */
    public Optional<Url> next() {
        return Optional.ofNullable(next);
    }

    /** Where the last answered request went. */
    public Optional<Url> previousNext() {
        return Optional.ofNullable(attempt.previousNext);
    }

    /** Where the request stands in the connection's life. */
    public Origin origin() {
        return attempt.origin();
    }

    /**
     * When this hop took the request up, in nanoseconds by its scheduler; by this, two requests of one client can be told
     * apart, the later of which counts. 0 before the connection table.
     */
    public long began() {
        return attempt.began();
    }

    /** Who asks. */
    public Caller caller() {
        return caller;
    }

    /** The same call going on differently. */
    public Call with(Request newOutgoing) {
        return new Call(incoming, newOutgoing, caller, next, attempt);
    }

    /** The same call with a changed connection going on. */
    public Call with(UnaryOperator<Connection> change) {
        return with(outgoing.with(change));
    }

    /** The same call with other mechanisms on offer. */
    public Call offering(List<Mechanism> preferences) {
        return with(outgoing.offering(preferences));
    }

    /** The same call, going to this next hop. */
    public Call towards(@Nullable Url url) {
        return new Call(incoming, outgoing, caller, url, attempt);
    }

    /** The same call for another caller, or under another deadline. */
    public Call by(Caller newCaller) {
        return new Call(incoming, outgoing, newCaller, next, attempt);
    }

    /**
     * Holds something for as long as the connection needs it: made once, carried over by each refresh that asks for
     * it again, released on close, or by the first successful request that does not ask for it any more.
     *
     * @param key what it is; one thing of a type for each connection
     * @param make makes it when it is not there
     */
    public <T extends AutoCloseable> T hold(Class<T> key, Supplier<T> make) {
        return attempt.holdings.hold(key, make);
    }

    /** Holds a new thing in place of the present one, which goes when this attempt has worked. */
    public <T extends AutoCloseable> T replace(Class<T> key, Supplier<T> make) {
        return attempt.holdings.replace(key, make);
    }

    /**
     * Holds something that was there before this attempt, such as a wire found after a restart: as {@link #hold}, but
     * a failure forgets it instead of releasing it, for what an attempt did not make it does not undo.
     */
    public <T extends AutoCloseable> T adopt(Class<T> key, Supplier<T> find) {
        return attempt.holdings.adopt(key, find);
    }

    /** What is held under a key now, without keeping it any longer. */
    public <T extends AutoCloseable> Optional<T> held(Class<T> key) {
        return attempt.holdings.held(key);
    }

    /** Runs something when a Close calls this request off; null takes it back. */
    public void onCancel(@Nullable Runnable hook) {
        attempt.onCancel(hook);
    }

    /** Whether the client's own hop moves to another path and may keep the present one until the other stands. */
    boolean moves() {
        return attempt.origin() == Origin.RESELECT && attempt.previous != null;
    }

    /** How long each element that has answered took by itself, in nanoseconds; nothing before the connection table. */
    public Map<String, Long> spent() {
        return Map.copyOf(attempt.spent());
    }

    Attempt attempt() {
        return attempt;
    }

    /** The outgoing leg as it stands at this moment, this attempt included. */
    Optional<Connection> standing() {
        return Optional.ofNullable(attempt.standing());
    }

    /** Where the outgoing leg stands at this moment, this attempt included. */
    Optional<Url> standsAt() {
        return Optional.ofNullable(attempt.standsAt());
    }
}
