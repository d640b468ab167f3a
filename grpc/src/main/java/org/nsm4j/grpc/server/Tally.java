package org.nsm4j.grpc.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what each identity has at once, up to a bound; whoever has nothing costs nothing. */
final class Tally {
    private final int most;
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    Tally(int most) {
        this.most = most;
    }

    /** Counts one more; false, and counts nothing, where that would be too many. */
    boolean enter(String who) {
        var allowed = new boolean[1];
        counts.compute(who, (_, count) -> {
            int now = count == null ? 0 : count;
            allowed[0] = now < most;
            return allowed[0] ? Integer.valueOf(now + 1) : count;
        });
        return allowed[0];
    }

    /** Counts one less. */
    void leave(String who) {
        counts.computeIfPresent(who, (_, count) -> count == 1 ? null : count - 1);
    }

    int most() {
        return most;
    }

    /** How many have anything. */
    int size() {
        return counts.size();
    }
}
