package org.nsm4j.testkit.fake;

import java.util.List;

/**
 * Something that a connection can hold, and that writes down when it is made and released. Subclass it for a key of
 * its own.
 */
public class FakeThing implements AutoCloseable {
    private final String name;
    private final List<String> log;

    /** Makes it, and says so. */
    public FakeThing(String name, List<String> log) {
        this.name = name;
        this.log = log;
        log.add("make " + name);
    }

    /** What it is called. */
    public final String name() {
        return name;
    }

    @Override
    public void close() {
        log.add("release " + name);
    }
}
