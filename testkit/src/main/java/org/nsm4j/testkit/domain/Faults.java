package org.nsm4j.testkit.domain;

import java.time.Duration;

/**
 * What the network does to a message; the shares are 0–1.
 *
 * @param drop the share of messages that never arrive, on each of the two ways
 * @param duplicate the share of requests that arrive twice
 * @param longest how long a message is under way at most
 */
public record Faults(double drop, double duplicate, Duration longest) {
    /** A network that works. */
    public static final Faults NONE = new Faults(0, 0, Duration.ofMillis(2));

    /** A network as nobody wants it. */
    public static final Faults SOME = new Faults(0.02, 0.02, Duration.ofMillis(40));
}
