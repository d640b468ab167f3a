package org.nsm4j.bench;

import java.util.ArrayList;
import java.util.List;

/** Measured values of one kind. */
final class Samples {
    private final List<Double> all = new ArrayList<>();

    void add(double value) {
        all.add(value);
    }

    /** Adds what lies between two readings of the nanosecond clock, in milliseconds. */
    void addNanos(long begin, long end) {
        add((end - begin) / 1e6);
    }

    int size() {
        return all.size();
    }

    double median() {
        return percentile(50);
    }

    /** The least value that so many per cent of all do not exceed. */
    double percentile(int percent) {
        if (all.isEmpty()) {
            return Double.NaN;
        }
        var sorted = all.stream().sorted().toList();
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }
}
