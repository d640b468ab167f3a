package org.nsm4j.app.cli;

import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.ForwarderSettings;
import org.nsm4j.app.config.ManagerSettings;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.PassthroughSettings;
import org.nsm4j.app.config.RegistrySettings;
import org.nsm4j.app.config.ResponderSettings;
import org.nsm4j.app.config.VpnGatewaySettings;

/**
 * Starts the roles that run as a process. Each method returns when the role serves, and throws
 * {@link org.nsm4j.core.model.Refused} where it cannot; logging is set up before.
 */
public interface Roles {
    /** {@code nsm up} */
    Running node(NodeSettings settings);

    /** {@code nsm manager} */
    Running manager(ManagerSettings settings);

    /** {@code nsm forwarder} */
    Running forwarder(ForwarderSettings settings);

    /** {@code nsm registry} */
    Running registry(RegistrySettings settings);

    /** {@code nsm client}; with {@link ClientSettings#init} it ends when all connections are up. */
    Running client(ClientSettings settings);

    /** {@code nsm endpoint responder} */
    Running responder(ResponderSettings settings);

    /** {@code nsm endpoint passthrough} */
    Running passthrough(PassthroughSettings settings);

    /** {@code nsm endpoint vpn-gateway} */
    Running vpnGateway(VpnGatewaySettings settings);
}
