package org.nsm4j.core.registry;

import org.nsm4j.core.chain.Caller;

/**
 * One registration at a time for each name; who takes a thing back need only know its name, the rest of what goes on
 * is as it was last registered (behaviour RG-12; upstream's begin).
 *
 * <p>Place: before everything that remembers something of a name. {@link ExpireEndpoints} shares the turns.
 */
public final class InTurn<T> implements Layer<T> {
    private final Kind<T> kind;
    private final NameTurns<T> turns;
    private final Registry<T> rest;

    /** Orders by the given turns. */
    public InTurn(Kind<T> kind, NameTurns<T> turns, Registry<T> rest) {
        this.kind = kind;
        this.turns = turns;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        return turns.at(kind.name(registration.item()), caller, () -> {
            var answer = rest.register(registration, caller);
            turns.remember(kind.name(answer.item()), answer.item());
            return answer;
        });
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        var name = kind.name(registration.item());
        turns.run(name, caller, () -> {
            var item = turns.registered(name).orElse(registration.item());
            rest.unregister(registration.with(item), caller);
            turns.forget(name);
        });
    }
}
