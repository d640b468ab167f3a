package org.nsm4j.app.manifest;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a file, each with its line. */
final class Problems {
    private final String source;
    private final List<String> all = new ArrayList<>();

    Problems(String source) {
        this.source = source;
    }

    void add(int line, String sentence) {
        all.add("%s:%d: %s".formatted(source, line, sentence));
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
