package org.nsm4j.app.cli;

import java.util.List;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.ForwarderSettings;
import org.nsm4j.app.config.ManagerSettings;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.PassthroughSettings;
import org.nsm4j.app.config.RegistrySettings;
import org.nsm4j.app.config.ResponderSettings;
import org.nsm4j.app.config.VpnGatewaySettings;
import org.nsm4j.core.chain.Chain;

/**
 * Starts the roles that run as a process. Each method returns when the role serves, and throws
 * {@link org.nsm4j.core.model.Refused} where it cannot; logging is set up before.
 */
public interface Roles {
    /** Whose chains can be looked at. */
    List<String> CHAINS = List.of("client", "manager", "forwarder", "endpoint");

    /** {@code nsm up} */
    Running node(NodeSettings settings);

    /** {@code nsm manager} */
    Running manager(ManagerSettings settings);

    /** {@code nsm forwarder} */
    Running forwarder(ForwarderSettings settings);

    /** {@code nsm registry} */
    Running registry(RegistrySettings settings);

    /** {@code nsm client}; connects while it is waited for, and ends then with {@link ClientSettings#init}. */
    Running client(ClientSettings settings);

    /** {@code nsm endpoint responder} */
    Running responder(ResponderSettings settings);

    /** {@code nsm endpoint passthrough} */
    Running passthrough(PassthroughSettings settings);

    /** {@code nsm endpoint vpn-gateway} */
    Running vpnGateway(VpnGatewaySettings settings);

    /**
     * The elements of a role's chain in order, out of the composition itself; nothing is started.
     *
     * @param role one of {@link #CHAINS}
     */
    List<Chain.Part> elements(String role);
}
