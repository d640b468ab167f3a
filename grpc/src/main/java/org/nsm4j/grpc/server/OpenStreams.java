package org.nsm4j.grpc.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams of a server that run now, so that they end well when the server does. */
final class OpenStreams {
    private final Set<EventStream<?>> streams = ConcurrentHashMap.newKeySet();

    void add(EventStream<?> stream) {
        streams.add(stream);
    }

    void remove(EventStream<?> stream) {
        streams.remove(stream);
    }

    /** Completes all of them. */
    void closeAll() {
        streams.forEach(EventStream::close);
    }
}
