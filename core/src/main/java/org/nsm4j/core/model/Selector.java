package org.nsm4j.core.model;

import java.util.List;

/**
 * Which connections a watcher wants to hear of.
 *
 * @param segments a run of hops that the connection's path must contain; empty text in a hop stands for anything
 * @param services the services of interest; empty means all
 */
public record Selector(List<Hop> segments, List<String> services) {
    /** Every connection. */
    public static final Selector ALL = new Selector(List.of(), List.of());

    /**
     * One hop of the run; empty text stands for anything.
     *
     * @param name the hop's name
     * @param id its id
     * @param token its token
     */
    public record Hop(String name, String id, String token) {
        boolean fits(Segment segment) {
            return (name.isEmpty() || name.equals(segment.name()))
                    && (id.isEmpty() || id.equals(segment.id().value()))
                    && (token.isEmpty() || token.equals(segment.token()));
        }
    }

    public Selector {
        segments = List.copyOf(segments);
        services = List.copyOf(services);
    }

    /** Connections whose path contains this hop. */
    public static Selector ofHop(String name, ConnectionId id) {
        return new Selector(List.of(new Hop(name, id.value(), "")), List.of());
    }

    /** Whether a watcher with this selector hears of the connection. */
    public boolean fits(Connection connection) {
        if (!services.isEmpty() && !services.contains(connection.service())) {
            return false;
        }
        var path = connection.path().segments();
        for (int start = 0; start <= path.size() - segments.size(); start++) {
            if (fitsFrom(path, start)) {
                return true;
            }
        }
        return false;
    }

    private boolean fitsFrom(List<Segment> path, int start) {
        for (int i = 0; i < segments.size(); i++) {
            if (!segments.get(i).fits(path.get(start + i))) {
                return false;
            }
        }
        return true;
    }
}
