package org.nsm4j.testkit.domain;

import java.util.HashSet;
import java.util.Set;

/** Which nodes reach which: a node may be down, and the way from one to another may be cut. */
final class Underlay {
    private final Set<String> down = new HashSet<>();
    private final Set<Way> cut = new HashSet<>();
    private long changes;

    /** From one node to another; the other way is another one. */
    record Way(String from, String to) {}

    /** Whether a packet arrives; a process that is on no node is reached from anywhere. */
    boolean reaches(String from, String to) {
        return !down.contains(from) && !down.contains(to) && !cut.contains(new Way(from, to));
    }

    /** Whether packets come and go. */
    boolean joins(String one, String other) {
        return reaches(one, other) && reaches(other, one);
    }

    boolean isDown(String node) {
        return down.contains(node);
    }

    void cut(Way way) {
        cut.add(way);
        changes++;
    }

    void restore() {
        cut.clear();
        changes++;
    }

    void switchOff(String node) {
        down.add(node);
        changes++;
    }

    void switchOn(String node) {
        down.remove(node);
        changes++;
    }

    /** A number that grows with each change. */
    long changes() {
        return changes;
    }
}
