package org.nsm4j.testkit.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What happened, as a hash of everything and the text of the last steps. */
final class Trace {
    private static final int KEPT = 48;

    private final String[] lines = new String[KEPT];
    private final @Nullable Task[] tasks = new Task[KEPT];
    private final long[] times = new long[KEPT];
    private long count;
    private long hash = 1;

    void add(long nanos, @Nullable Task task, String what) {
        int at = (int) (count % KEPT);
        lines[at] = what;
        tasks[at] = task;
        times[at] = nanos;
        count++;
        hash = Long.rotateLeft(hash * 0x9E3779B97F4A7C15L, 23)
                ^ (nanos * 31 + (task == null ? 0 : task.number)) * 31
                ^ what.hashCode();
    }

    long hash() {
        return hash;
    }

    long count() {
        return count;
    }

    String last() {
        var text = new StringBuilder();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            int at = (int) (i % KEPT);
            var task = tasks[at];
            text.append("  ")
                    .append(Duration.ofNanos(times[at]))
                    .append(' ')
                    .append(task == null ? "test" : task)
                    .append(" | ")
                    .append(lines[at])
                    .append('\n');
        }
        return text.toString();
    }
}
