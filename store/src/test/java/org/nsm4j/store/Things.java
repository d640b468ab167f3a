package org.nsm4j.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.NetworkService.Destination;
import org.nsm4j.core.model.NetworkService.Match;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;

/** Things with everything that a registry can keep. */
final class Things {
    private Things() {}

    static Endpoint endpoint(String name) {
        return new Endpoint(
                name,
                List.of("vpn", "dns"),
                Map.of("vpn", Map.of("app", "gateway", "zone", ""), "dns", Map.of()),
                "tcp://10.0.0.1:5001",
                Instant.parse("2999-01-01T00:00:00.123456789Z"),
                Instant.parse("2026-01-01T00:00:00Z"),
                List.of("spiffe://nsm/" + name, "spiffe://nsm/manager"),
                Opaque.of(new byte[] {1, 0, -1}));
    }

    static NetworkService service(String name) {
        var toGateway = new Destination(Map.of("app", "gateway"), 3, Opaque.of(new byte[] {5}));
        var toAny = new Destination(Map.of(), 0);
        return new NetworkService(
                name,
                Payload.ETHERNET,
                List.of(
                        new Match(Map.of("app", "client"), List.of(toGateway, toAny), true, Map.of("zone", "a")),
                        new Match(Map.of(), List.of(), false, Map.of()),
                        new Match(Map.of(), List.of(toAny), false, null, Opaque.of(new byte[] {6}))),
                List.of("spiffe://nsm/" + name),
                Opaque.of(new byte[] {7}));
    }
}
