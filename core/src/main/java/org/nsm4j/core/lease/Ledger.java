package org.nsm4j.core.lease;

import java.util.Map;
import org.nsm4j.core.model.Refused;

/**
 * What a part has given away, by a key of its own: addresses, network identifiers, wires. What was put is known to the next
 * process of the part, however this one ends; after the machine was started anew nothing of it counts, since neither wires
 * nor namespaces outlive that.
 *
 * <p>Threads: one at a time; the owner guards it. Nothing here waits for a disk.
 */
public interface Ledger extends AutoCloseable {
    /** What is written down now, in the order in which it was first put. */
    Map<String, String> entries();

    /**
     * Writes an entry down, in place of the one that had its key.
     *
     * @param text without line breaks
     * @throws Refused with {@link Refused.Reason#NO_CAPACITY} where it could not be; nothing has changed then
     */
    void put(String key, String text);

    /** Strikes an entry out; does nothing when there is none. Where that cannot be written, the next process finds it again. */
    void remove(String key);

    @Override
    default void close() {}

    /** Writes nothing down: for tests, and for parts whose process takes all it gave with it. */
    static Ledger none() {
        return new Ledger() {
            @Override
            public Map<String, String> entries() {
                return Map.of();
            }

            @Override
            public void put(String key, String text) {}

            @Override
            public void remove(String key) {}
        };
    }
}
