package org.nsm4j.core.select;

import java.util.Optional;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.model.NearName;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registry;

/**
 * Looks up the service that a request asks for.
 *
 * @param services where
 */
record ServiceLookup(Registry<NetworkService> services) {
    /** So many names are looked through for the one that was meant. */
    private static final int MOST_NAMES = 1000;

    Optional<NetworkService> find(Call call) {
        var name = call.connection().service();
        if (name.isEmpty()) {
            throw new Refused(Refused.Reason.INVALID, "service: empty (expected: a network service's name)");
        }
        return services.find(NetworkService.named(name), call.caller()).stream()
                .filter(service -> service.name().equals(name))
                .findFirst();
    }

    NetworkService require(Call call) {
        return find(call)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NOT_FOUND,
                        "service: \"%s\" (expected: a registered network service%s)"
                                .formatted(call.connection().service(), hint(call))));
    }

    private String hint(Call call) {
        try {
            var known = services.find(NetworkService.named(""), call.caller()).stream()
                    .limit(MOST_NAMES)
                    .map(NetworkService::name)
                    .toList();
            return NearName.hint(call.connection().service(), known);
        } catch (Refused e) {
            return "";
        }
    }
}
