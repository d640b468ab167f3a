package org.nsm4j.core.chain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt at a connection holds. Things are made once and carried over from the generation before; success
 * releases what only the old generation needed, failure what only this attempt made; always in reverse order.
 */
final class Holdings {
    private final Map<Class<?>, AutoCloseable> before;
    private final Map<Class<?>, AutoCloseable> now = new LinkedHashMap<>();
    private final List<AutoCloseable> made = new ArrayList<>();

    Holdings(Map<Class<?>, AutoCloseable> before) {
        this.before = before;
    }

    <T extends AutoCloseable> T hold(Class<T> key, Supplier<T> make) {
        var present = held(key);
        if (present.isPresent()) {
            now.putIfAbsent(key, present.get());
            return present.get();
        }
        return replace(key, make);
    }

    <T extends AutoCloseable> T replace(Class<T> key, Supplier<T> make) {
        var thing = make.get();
        made.add(thing);
        now.put(key, thing);
        return thing;
    }

    <T extends AutoCloseable> Optional<T> held(Class<T> key) {
        var thing = now.get(key);
        return Optional.ofNullable(key.cast(thing != null ? thing : before.get(key)));
    }

    /** The attempt worked: what it does not use any more goes. */
    Map<Class<?>, AutoCloseable> commit() {
        var gone = new ArrayList<AutoCloseable>();
        for (var thing : before.values()) {
            if (!uses(thing)) {
                gone.add(thing);
            }
        }
        for (var thing : made) {
            if (!uses(thing)) {
                gone.add(thing);
            }
        }
        release(gone, null);
        return now;
    }

    private boolean uses(AutoCloseable thing) {
        return now.values().stream().anyMatch(each -> each == thing);
    }

    /** What is held at a moment, to go back to. */
    record Mark(Map<Class<?>, AutoCloseable> now, int made) {}

    Mark mark() {
        return new Mark(new LinkedHashMap<>(now), made.size());
    }

    /** A candidate failed: what was made for it goes, so that the next one finds nothing of it. */
    void rollBackTo(Mark mark, @Nullable Throwable reason) {
        var newer = made.subList(mark.made(), made.size());
        var gone = List.copyOf(newer);
        newer.clear();
        now.clear();
        now.putAll(mark.now());
        release(gone, reason);
    }

    /** The attempt failed: only what it made goes. */
    void rollBack(Throwable reason) {
        release(made, reason);
    }

    /** Releases in reverse order; failures are added to the reason, or thrown as one when there is none. */
    static void release(List<AutoCloseable> things, @Nullable Throwable reason) {
        RuntimeException first = null;
        for (var thing : things.reversed()) {
            try {
                thing.close();
            } catch (Exception e) {
                if (reason != null) {
                    reason.addSuppressed(e);
                } else if (first == null) {
                    first = e instanceof RuntimeException r ? r : new IllegalStateException(e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
