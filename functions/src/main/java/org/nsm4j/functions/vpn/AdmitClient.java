package org.nsm4j.functions.vpn;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;

/**
 * Lets a client through the gateway for as long as its connection stands.
 *
 * <p>Place: after the addresses; reads the rest's answer, so that the wire's name may be chosen before or behind it.
 */
@Does("lets the client through the gateway while its connection stands")
final class AdmitClient implements Element {
    private final Gateway gateway;

    AdmitClient(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        if (!(answer.mechanism() instanceof Mechanism.Kernel kernel)) {
            throw new Refused(
                    Refused.Reason.UNSUPPORTED, "vpn-gateway: a wire without an interface (expected: KERNEL)");
        }
        var link = kernel.name()
                .orElseThrow(() -> new Refused(Refused.Reason.INTERNAL, "vpn-gateway: the wire has no name yet"));
        var sources = answer.context().ip().srcAddresses();
        var present = call.held(Gateway.Admission.class);
        if (present.isPresent() && present.get().isFor(link, sources)) {
            call.hold(Gateway.Admission.class, present::get);
        } else {
            call.replace(Gateway.Admission.class, () -> gateway.admit(link, sources));
        }
        return answer;
    }
}
