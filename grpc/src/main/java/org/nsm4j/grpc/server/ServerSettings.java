package org.nsm4j.grpc.server;

import java.time.Duration;

/**
 * Bounds of a server, at each of its addresses.
 *
 * @param mostMessage the largest message that is read, in bytes
 * @param mostHeaders the largest header block that is read, in bytes; a path of a dozen tokens needs more than gRPC's 8 KiB
 * @param mostCalls how many calls may run at once on one connection
 * @param mostConnections how many connections may be open at once
 * @param perIdentity how much of all that one identity may have
 * @param patience how long a peer may take for its part: the handshake, the message that it has begun, reading what it
 *     asked for, the answer to a ping
 * @param socketMode the mode of unix sockets as in chmod; who may write may connect
 */
public record ServerSettings(
        int mostMessage,
        int mostHeaders,
        int mostCalls,
        int mostConnections,
        PerIdentity perIdentity,
        Duration patience,
        int socketMode) {

    /**
     * How much one identity may have at once; where the transport knows no identities, one user.
     *
     * @param mostConnections connections
     * @param mostRequests requests that wait for their answer
     * @param mostStreams streams of events or of registrations
     */
    public record PerIdentity(int mostConnections, int mostRequests, int mostStreams) {
        /** 2048 connections, for a manager of upstream's opens one for each virtual wire; 1024 requests, 4096 streams. */
        public static final PerIdentity USUAL = new PerIdentity(2048, 1024, 4096);

        public PerIdentity {
            if (mostConnections < 1 || mostRequests < 1 || mostStreams < 1) {
                throw new IllegalArgumentException(
                        "per identity: %d connections, %d requests, %d streams (expected: one at least)"
                                .formatted(mostConnections, mostRequests, mostStreams));
            }
        }
    }

    /**
     * 1 MiB messages, 128 KiB headers, 4096 calls, 4096 connections, 20 seconds of patience, sockets open to all as
     * upstream's are.
     */
    public static final ServerSettings USUAL =
            new ServerSettings(1 << 20, 128 << 10, 4096, 4096, PerIdentity.USUAL, Duration.ofSeconds(20), 0777);

    public ServerSettings {
        if (mostMessage < 1024 || mostHeaders < 1024 || mostCalls < 1 || mostConnections < 1) {
            throw new IllegalArgumentException(
                    "%d-byte messages, %d-byte headers, %d calls, %d connections (expected: 1024 bytes and one at least)"
                            .formatted(mostMessage, mostHeaders, mostCalls, mostConnections));
        }
        if (patience.toMillis() < 100) {
            throw new IllegalArgumentException("patience: %s (expected: 100 ms at least)".formatted(patience));
        }
        if (socketMode < 0 || socketMode > 0777) {
            throw new IllegalArgumentException("socket mode: %o (expected: 0–777)".formatted(socketMode));
        }
    }

    /** The same with another mode of unix sockets. */
    public ServerSettings withSocketMode(int mode) {
        return new ServerSettings(mostMessage, mostHeaders, mostCalls, mostConnections, perIdentity, patience, mode);
    }

    /** The same with another largest message, in bytes. */
    public ServerSettings withMostMessage(int bytes) {
        return new ServerSettings(bytes, mostHeaders, mostCalls, mostConnections, perIdentity, patience, socketMode);
    }

    /** The same with another bound of its connections. */
    public ServerSettings withMostConnections(int most) {
        return new ServerSettings(mostMessage, mostHeaders, mostCalls, most, perIdentity, patience, socketMode);
    }

    /** The same with other bounds for one identity. */
    public ServerSettings withPerIdentity(PerIdentity most) {
        return new ServerSettings(mostMessage, mostHeaders, mostCalls, mostConnections, most, patience, socketMode);
    }

    /** The same with another patience. */
    public ServerSettings withPatience(Duration most) {
        return new ServerSettings(mostMessage, mostHeaders, mostCalls, mostConnections, perIdentity, most, socketMode);
    }
}
