package org.nsm4j.dataplane.element;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;

/** Which of the mechanisms that a client offers this forwarder takes. */
final class Mechanisms {
    private Mechanisms() {}

    /**
     * The mechanism that was chosen before, or the first offered one that we speak (behaviour F-4).
     *
     * @throws Refused UNSUPPORTED when there is none, naming what was offered and what would be taken
     */
    static Mechanism choose(Request incoming, boolean remote) {
        var chosen = incoming.connection().mechanism();
        List<Mechanism> offered = chosen != null ? List.of(chosen) : incoming.preferences();
        for (var mechanism : offered) {
            switch (mechanism) {
                case Mechanism.Kernel kernel -> {
                    return kernel;
                }
                case Mechanism.Vxlan vxlan -> {
                    if (remote) {
                        return vxlan;
                    }
                }
                case Mechanism.Memif m -> {}
                case Mechanism.Noop n -> {}
                case Mechanism.Wireguard w -> {}
                case Mechanism.Unknown u -> {}
            }
        }
        throw new Refused(
                Refused.Reason.UNSUPPORTED,
                "mechanism: %s (expected: KERNEL%s)"
                        .formatted(names(offered), remote ? ", or VXLAN between nodes" : ""));
    }

    private static String names(List<Mechanism> offered) {
        if (offered.isEmpty()) {
            return "none offered";
        }
        var names = new ArrayList<String>();
        offered.forEach(each -> names.add(each.cls() + "/" + each.type()));
        return names.stream().distinct().collect(Collectors.joining(", "));
    }
}
