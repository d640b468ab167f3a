package org.nsm4j.grpc.client;

import java.time.Duration;

/**
 * How other hops are reached.
 *
 * @param dial how long one attempt to connect may take
 * @param patience for how long a hop that cannot be reached is tried again before a call fails; zero to fail at once
 * @param idle after how long without calls a connection is closed
 * @param mostMessage the largest message that is read, in bytes
 * @param mostHeaders the largest header block that is read, in bytes
 */
public record ClientSettings(Duration dial, Duration patience, Duration idle, int mostMessage, int mostHeaders) {
    /** One attempt of at most 750 ms as upstream's manager, connections kept 5 minutes, 1 MiB messages, 128 KiB headers. */
    public static final ClientSettings USUAL =
            new ClientSettings(Duration.ofMillis(750), Duration.ZERO, Duration.ofMinutes(5), 1 << 20, 128 << 10);

    public ClientSettings {
        if (dial.isNegative() || dial.isZero() || patience.isNegative() || mostMessage < 1024 || mostHeaders < 1024) {
            throw new IllegalArgumentException(
                    "dial %s, patience %s, %d-byte messages, %d-byte headers (expected: a time to connect, 1024 bytes at least)"
                            .formatted(dial, patience, mostMessage, mostHeaders));
        }
    }

    /** The same with another time for one attempt to connect. */
    public ClientSettings withDial(Duration most) {
        return new ClientSettings(most, patience, idle, mostMessage, mostHeaders);
    }

    /** The same, trying again for so long. */
    public ClientSettings withPatience(Duration most) {
        return new ClientSettings(dial, most, idle, mostMessage, mostHeaders);
    }
}
