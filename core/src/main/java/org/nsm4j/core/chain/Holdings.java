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
 * releases what only the old generation needed, failure what only this attempt made; always in reverse order. A
 * candidate that was asked in vain is an attempt within the attempt: {@link #mark} before, {@link #rollBackTo} after.
 */
final class Holdings {
    private final Map<Class<?>, AutoCloseable> before;
    private final Map<Class<?>, AutoCloseable> now = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();

    /** One entry of {@code now} that was set, and how to set it back. */
    private record Change(
            Class<?> key,
            @Nullable AutoCloseable former,
            @Nullable AutoCloseable made) {}

    Holdings(Map<Class<?>, AutoCloseable> before) {
        this.before = before;
    }

    <T extends AutoCloseable> T hold(Class<T> key, Supplier<T> make) {
        var present = held(key);
        if (present.isEmpty()) {
            return replace(key, make);
        }
        if (!now.containsKey(key)) {
            set(key, present.get(), null);
        }
        return present.get();
    }

    <T extends AutoCloseable> T replace(Class<T> key, Supplier<T> make) {
        var thing = make.get();
        set(key, thing, thing);
        return thing;
    }

    <T extends AutoCloseable> T adopt(Class<T> key, Supplier<T> find) {
        var thing = held(key).orElseGet(find);
        if (!now.containsKey(key)) {
            set(key, thing, null);
        }
        return thing;
    }

    private void set(Class<?> key, AutoCloseable thing, @Nullable AutoCloseable made) {
        changes.add(new Change(key, now.put(key, thing), made));
    }

    <T extends AutoCloseable> Optional<T> held(Class<T> key) {
        var thing = now.get(key);
        return Optional.ofNullable(key.cast(thing != null ? thing : before.get(key)));
    }

    /** What the attempt uses, in the order of asking; the next generation starts from it. */
    Map<Class<?>, AutoCloseable> kept() {
        return now;
    }

    /** The attempt worked: what it does not use any more goes. */
    void releaseRest() {
        var gone = new ArrayList<>(before.values());
        changes.stream().map(Change::made).forEach(made -> {
            if (made != null) {
                gone.add(made);
            }
        });
        gone.removeIf(this::uses);
        release(gone, null);
    }

    private boolean uses(AutoCloseable thing) {
        return now.values().stream().anyMatch(each -> each == thing);
    }

    /** The present state, to come back to. */
    int mark() {
        return changes.size();
    }

    /** What was made since the mark goes, what was carried over since is as before. */
    void rollBackTo(int mark, @Nullable Throwable reason) {
        var made = new ArrayList<AutoCloseable>();
        while (changes.size() > mark) {
            var change = changes.removeLast();
            if (change.former() == null) {
                now.remove(change.key());
            } else {
                now.put(change.key(), change.former());
            }
            if (change.made() != null) {
                made.addFirst(change.made());
            }
        }
        release(made, reason);
    }

    /** Releases in reverse order; failures are added to the reason, or thrown as one when there is none. */
    static void release(List<AutoCloseable> things, @Nullable Throwable reason) {
        Throwable first = null;
        for (var thing : things.reversed()) {
            try {
                thing.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                first = keep(e, first, reason);
            } catch (Exception | Error e) {
                first = keep(e, first, reason);
            }
        }
        switch (first) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("cannot release: " + first.getMessage(), first);
        }
    }

    private static @Nullable Throwable keep(Throwable e, @Nullable Throwable first, @Nullable Throwable reason) {
        if (reason != null) {
            reason.addSuppressed(e);
            return null;
        }
        if (first != null) {
            first.addSuppressed(e);
            return first;
        }
        return e;
    }
}
