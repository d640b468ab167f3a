package org.nsm4j.linux.netlink;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.KernelRefused;

/**
 * What became of one request of several.
 *
 * @param attempt what it attempted, in words
 * @param refusal why the kernel refused, null where it did it
 */
public record Outcome(Supplier<String> attempt, @Nullable KernelRefused refusal) {
    /** Whether the kernel did it. */
    public boolean done() {
        return refusal == null;
    }

    /** Throws the first refusal, with the others suppressed in it; returns if there is none. */
    public static void requireAll(List<Outcome> outcomes) {
        KernelRefused first = null;
        for (Outcome outcome : outcomes) {
            KernelRefused refusal = outcome.refusal();
            if (refusal == null) {
                continue;
            }
            if (first == null) {
                first = refusal;
            } else {
                first.addSuppressed(refusal);
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
