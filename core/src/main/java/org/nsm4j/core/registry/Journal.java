package org.nsm4j.core.registry;

import java.util.List;
import org.nsm4j.core.model.Refused;

/**
 * Where a registry's things outlive the process. Each change waits until it would survive the machine's sudden end.
 *
 * @param <T> the kind of thing
 */
public interface Journal<T> {
    /**
     * What was kept, as it was when the process before ended.
     *
     * @throws Refused when it cannot be read
     */
    List<T> load();

    /**
     * Keeps a thing in place of what had its name.
     *
     * @throws Refused when it could not be made durable; nothing has changed then
     */
    void put(T item);

    /**
     * Drops a thing; does nothing when it is unknown.
     *
     * @throws Refused when that could not be made durable; nothing has changed then
     */
    void remove(String name);

    /** Keeps nothing: for tests, and for a registry whose things all register again by themselves. */
    static <T> Journal<T> none() {
        return new Journal<>() {
            @Override
            public List<T> load() {
                return List.of();
            }

            @Override
            public void put(T item) {}

            @Override
            public void remove(String name) {}
        };
    }
}
