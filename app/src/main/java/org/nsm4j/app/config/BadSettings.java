package org.nsm4j.app.config;

import java.util.List;

/** Settings that cannot be used: every problem at once, each naming the variable, its value and what was expected. */
public final class BadSettings extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final List<String> problems;

    /** One or more problems, a sentence each. */
    public BadSettings(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** A sentence for each problem. */
    public List<String> problems() {
        return problems;
    }
}
