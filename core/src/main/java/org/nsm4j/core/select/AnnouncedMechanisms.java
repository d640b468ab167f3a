package org.nsm4j.core.select;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;

/**
 * Which mechanisms a forwarder can join to a wire, as it announces by the label {@value #LABEL}: types with commas
 * between them. A forwarder without the label may know any.
 */
public final class AnnouncedMechanisms {
    /** The label's name. */
    public static final String LABEL = "nsm4j.org/mechanisms";

    private AnnouncedMechanisms() {}

    /** The label's value for a forwarder that knows these types. */
    public static String value(Collection<String> types) {
        return String.join(",", types);
    }

    /**
     * The forwarders that may know a mechanism of those on offer.
     *
     * @throws Refused with UNSUPPORTED where there are forwarders, and none of them does
     */
    static List<Endpoint> able(List<Endpoint> forwarders, String forwarderService, Request request) {
        var chosen = request.connection().mechanism();
        var offered = Stream.concat(Stream.ofNullable(chosen), request.preferences().stream())
                .map(Mechanism::type)
                .collect(Collectors.toCollection(TreeSet::new));
        var able = forwarders.stream()
                .filter(forwarder -> {
                    var known = known(forwarder, forwarderService);
                    return known.isEmpty()
                            || offered.isEmpty()
                            || offered.stream().anyMatch(known::contains);
                })
                .toList();
        if (able.isEmpty() && !forwarders.isEmpty()) {
            var all = forwarders.stream()
                    .flatMap(forwarder -> known(forwarder, forwarderService).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
            throw new Refused(
                    Refused.Reason.UNSUPPORTED,
                    "mechanism: %s (expected: %s, which the forwarders of this node know)"
                            .formatted(String.join(", ", offered), String.join(" or ", all)));
        }
        return able;
    }

    private static Set<String> known(Endpoint forwarder, String forwarderService) {
        return Stream.of(forwarder
                        .labelsFor(forwarderService)
                        .getOrDefault(LABEL, "")
                        .split(","))
                .filter(type -> !type.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
