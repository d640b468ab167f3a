package org.nsm4j.sdk;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.dataplane.wire.InterfaceName;

/**
 * Takes wires as kernel interfaces in a namespace of our own, each under a name derived from its connection (behaviour
 * N-5).
 *
 * <p>Place: after the elements that allocate; before those that want to know the interface's name.
 */
@Does("takes the wire as a kernel interface in the namespace of the endpoint")
final class AcceptKernel implements Element {
    private final String netnsUrl;
    private final String prefix;
    private final String configured;

    /**
     * Takes wires.
     *
     * @param netnsUrl where the namespace is, as the forwarder sees it
     * @param prefix how the interfaces' names start
     */
    AcceptKernel(String netnsUrl, String prefix) {
        this(netnsUrl, prefix, "");
    }

    /**
     * Takes wires of which not everything is configured.
     *
     * @param configured as {@link Mechanism#CONFIGURED} says
     */
    AcceptKernel(String netnsUrl, String prefix, String configured) {
        this.netnsUrl = netnsUrl;
        this.prefix = prefix;
        this.configured = configured;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var chosen = call.connection().mechanism();
        var kernel = chosen instanceof Mechanism.Kernel known
                ? known
                : call.outgoing().preferences().stream()
                        .filter(Mechanism.Kernel.class::isInstance)
                        .map(Mechanism.Kernel.class::cast)
                        .findFirst()
                        .orElseThrow(() -> new Refused(
                                Refused.Reason.UNSUPPORTED, "mechanism: KERNEL was not offered (expected: KERNEL)"));
        var name = kernel.name().map(InterfaceName::check).orElseGet(() -> InterfaceName.derived(prefix, call.id()));
        var taken = kernel.with(Mechanism.NAME, name)
                .with(Mechanism.INODE_URL, netnsUrl)
                .with(Mechanism.CONFIGURED, configured);
        return rest.request(call.with(connection -> connection.withMechanism(taken)));
    }
}
