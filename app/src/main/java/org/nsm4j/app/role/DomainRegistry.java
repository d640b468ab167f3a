package org.nsm4j.app.role;

import java.util.List;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Journal;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.sdk.Parts;

/** The domain's registry, running. */
public final class DomainRegistry implements AutoCloseable {
    private final Registry<NetworkService> services;
    private final Registry<Endpoint> endpoints;
    private final Parts.Listening listening;

    private DomainRegistry(Registry<NetworkService> services, Registry<Endpoint> endpoints, Parts.Listening listening) {
        this.services = services;
        this.endpoints = endpoints;
        this.listening = listening;
    }

    /**
     * Starts a registry.
     *
     * @param listen where it listens
     * @param services where services are kept
     * @param endpoints where endpoints are kept
     * @param rules what callers are held to
     */
    public static DomainRegistry start(
            List<Url> listen,
            Journal<NetworkService> services,
            Journal<Endpoint> endpoints,
            RegistryRules rules,
            Parts transport) {
        var serviceStack = RegistryStack.services(services, rules, transport);
        var endpointStack = RegistryStack.endpoints(endpoints, rules, transport);
        var served = new Parts.Served(null, serviceStack, endpointStack, () -> true);
        return new DomainRegistry(serviceStack, endpointStack, transport.serve(listen, served));
    }

    /** The domain's services. */
    public Registry<NetworkService> services() {
        return services;
    }

    /** The domain's endpoints. */
    public Registry<Endpoint> endpoints() {
        return endpoints;
    }

    @Override
    public void close() {
        listening.close();
    }
}
