package org.nsm4j.grpc.server;

/**
 * Bounds of a server.
 *
 * @param mostMessage the largest message that is read, in bytes
 * @param mostHeaders the largest header block that is read, in bytes; a path of a dozen tokens needs more than gRPC's 8 KiB
 * @param mostCalls how many calls may run at once on one connection
 * @param mostConnections how many connections may be open at once on each address
 * @param socketMode the mode of unix sockets as in chmod; who may write may connect
 */
public record ServerSettings(int mostMessage, int mostHeaders, int mostCalls, int mostConnections, int socketMode) {
    /** 1 MiB messages, 128 KiB headers, 4096 calls, 4096 connections, sockets open to all as upstream's are. */
    public static final ServerSettings USUAL = new ServerSettings(1 << 20, 128 << 10, 4096, 4096, 0777);

    public ServerSettings {
        if (mostMessage < 1024 || mostHeaders < 1024 || mostCalls < 1 || mostConnections < 1) {
            throw new IllegalArgumentException(
                    "%d-byte messages, %d-byte headers, %d calls, %d connections (expected: 1024 bytes and one at least)"
                            .formatted(mostMessage, mostHeaders, mostCalls, mostConnections));
        }
        if (socketMode < 0 || socketMode > 0777) {
            throw new IllegalArgumentException("socket mode: %o (expected: 0–777)".formatted(socketMode));
        }
    }

    /** The same with another mode of unix sockets. */
    public ServerSettings withSocketMode(int mode) {
        return new ServerSettings(mostMessage, mostHeaders, mostCalls, mostConnections, mode);
    }

    /** The same with another largest message, in bytes. */
    public ServerSettings withMostMessage(int bytes) {
        return new ServerSettings(bytes, mostHeaders, mostCalls, mostConnections, socketMode);
    }
}
