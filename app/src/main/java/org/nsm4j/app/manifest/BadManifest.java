package org.nsm4j.app.manifest;

import java.util.List;

/** A file that cannot be applied: every problem at once, each as {@code FILE:LINE: sentence}. */
public final class BadManifest extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final List<String> problems;

    BadManifest(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** A sentence for each problem. */
    public List<String> problems() {
        return problems;
    }
}
