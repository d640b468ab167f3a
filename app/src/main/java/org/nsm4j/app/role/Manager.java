package org.nsm4j.app.role;

import java.util.List;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.sdk.Parts;

/** A manager that runs: it takes the requests of its node, and of other nodes for endpoints of its own. */
public final class Manager implements AutoCloseable {
    private final ConnectionTable connections;
    private final RegistryStack.Registries registries;
    private final Parts.Listening listening;

    private Manager(ConnectionTable connections, RegistryStack.Registries registries, Parts.Listening listening) {
        this.connections = connections;
        this.registries = registries;
        this.listening = listening;
    }

    /**
     * Starts a manager.
     *
     * @param traits what makes it this one
     * @param listen where it listens
     * @param domain the domain's registry
     * @param rules what those who register here are held to
     * @param metrics where requests are counted
     */
    public static Manager start(
            ManagerChain.Traits traits,
            List<Url> listen,
            RegistryStack.Domain domain,
            RegistryRules rules,
            Metrics metrics,
            Parts transport) {
        var registries = RegistryStack.ofManager(domain, traits, rules, transport);
        var connections = new ConnectionTable(transport.scheduler());
        var chain = ManagerChain.of(
                traits, connections, registries.knownServices(), registries.known(), metrics, transport);
        var served = new Parts.Served(
                new NamespaceClaims(Requests.of(chain)),
                registries.services(),
                registries.endpoints(),
                () -> isReady(traits, registries));
        var listening = transport.serve(listen, served);
        registries.watches().forEach(WatchedRegistry::start);
        return new Manager(connections, registries, listening);
    }

    /** New requests can succeed when the domain's registry answers and a forwarder of this node is there. */
    private static boolean isReady(ManagerChain.Traits traits, RegistryStack.Registries registries) {
        try {
            var forwarders = Endpoint.named("")
                    .providing(List.of(traits.forwarderService()))
                    .at(traits.publicUrl());
            return !registries.known().find(forwarders, Caller.SELF).isEmpty();
        } catch (Refused e) {
            return false;
        }
    }

    /** The connections that go through it. */
    public ConnectionTable connections() {
        return connections;
    }

    /** Its view of the registries. */
    public RegistryStack.Registries registries() {
        return registries;
    }

    @Override
    public void close() {
        listening.close();
        registries.watches().forEach(WatchedRegistry::close);
    }
}
