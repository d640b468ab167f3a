package org.nsm4j.dataplane.watch;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.nsm4j.dataplane.wire.End;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.linux.net.NetworkEvent;
import org.nsm4j.linux.net.Route;

/**
 * Which addresses and routes somebody took from one wire, by what the kernel tells. It tells of our own work as well, of which
 * nothing is missing once all of it was told.
 */
final class Stripped {
    private final Plumbing.Plugged plugged;
    private final Map<Place, NetworkEvent> gone = new ConcurrentHashMap<>();

    Stripped(Plumbing.Plugged plugged) {
        this.plugged = plugged;
    }

    /** One address or route of one interface. */
    private record Place(Plumbing.Spot spot, Object what) {}

    /** Takes note of news of one of the wire's interfaces; says whether something that is wanted went. */
    boolean heard(Plumbing.Spot spot, NetworkEvent event) {
        return switch (event) {
            case NetworkEvent.AddressGone gone ->
                went(new Place(spot, gone.address().prefix()), event);
            case NetworkEvent.RouteGone gone -> went(place(spot, gone.route()), event);
            case NetworkEvent.AddressChanged present ->
                came(new Place(spot, present.address().prefix()));
            case NetworkEvent.RouteChanged present -> came(place(spot, present.route()));
            case NetworkEvent.LinkChanged _,
                    NetworkEvent.LinkGone _,
                    NetworkEvent.NamespaceGone _,
                    NetworkEvent.Lost _ -> false;
        };
    }

    private static Place place(Plumbing.Spot spot, Route route) {
        return new Place(
                spot,
                route.destination() + " "
                        + (route.gateway() == null
                                ? ""
                                : Objects.requireNonNull(route.gateway()).getHostAddress()));
    }

    private boolean went(Place place, NetworkEvent event) {
        if (!isWanted(place.spot, event)) {
            return false;
        }
        gone.put(place, event);
        return true;
    }

    private boolean came(Place place) {
        gone.remove(place);
        return false;
    }

    private boolean isWanted(Plumbing.Spot spot, NetworkEvent event) {
        var end = end(spot);
        return switch (event) {
            case NetworkEvent.AddressGone gone ->
                end.filter(each -> each.wants(gone.address())).isPresent();
            case NetworkEvent.RouteGone gone ->
                end.filter(each -> each.wants(gone.route())).isPresent();
            default -> false;
        };
    }

    private Optional<End> end(Plumbing.Spot spot) {
        var ends = plugged.wire().ends();
        int at = plugged.spots().indexOf(spot);
        return at < 0 || at >= ends.size() ? Optional.empty() : Optional.of(ends.get(at));
    }

    /** What is missing now, in words; empty where nothing is. */
    String missing() {
        // a refresh may have changed what is wanted
        gone.entrySet().removeIf(each -> !isWanted(each.getKey().spot, each.getValue()));
        return gone.values().stream().map(Stripped::words).sorted().collect(Collectors.joining("; "));
    }

    private static String words(NetworkEvent event) {
        return switch (event) {
            case NetworkEvent.AddressGone gone -> "address %s was taken away".formatted(gone.address());
            case NetworkEvent.RouteGone gone ->
                "the route to %s was taken away".formatted(gone.route().destination());
            default -> "";
        };
    }

    /** News were lost: nothing is known any more. */
    void forget() {
        gone.clear();
    }
}
