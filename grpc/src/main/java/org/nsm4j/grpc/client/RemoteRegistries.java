package org.nsm4j.grpc.client;

import org.nsm4j.api.registry.NetworkServiceEndpointQuery;
import org.nsm4j.api.registry.NetworkServiceEndpointRegistryGrpc;
import org.nsm4j.api.registry.NetworkServiceEndpointResponse;
import org.nsm4j.api.registry.NetworkServiceQuery;
import org.nsm4j.api.registry.NetworkServiceRegistryGrpc;
import org.nsm4j.api.registry.NetworkServiceResponse;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.wire.RegistryMapping;

/** Registries of other programs, over gRPC. */
public final class RemoteRegistries {
    private final Channels channels;

    /** Registries that are reached over shared connections. */
    public RemoteRegistries(Channels channels) {
        this.channels = channels;
    }

    /** The network services that a registry knows. */
    public Registry<NetworkService> services(Url url) {
        return new RemoteRegistry<>(
                new Calls(channels, url),
                url,
                new RemoteRegistry.Methods<>(
                        NetworkServiceRegistryGrpc.getRegisterMethod(),
                        NetworkServiceRegistryGrpc.getFindMethod(),
                        NetworkServiceRegistryGrpc.getUnregisterMethod()),
                new RemoteRegistry.Messages<>(
                        RegistryMapping::write,
                        RegistryMapping::read,
                        (service, watch) -> NetworkServiceQuery.newBuilder()
                                .setNetworkService(service)
                                .setWatch(watch)
                                .build(),
                        NetworkServiceResponse::getNetworkService,
                        NetworkServiceResponse::getDeleted),
                RemoteRegistry.Files.none());
    }

    /** The endpoints that a manager knows; their sockets are passed along, both ways. */
    public Registry<Endpoint> endpoints(Url url) {
        return endpoints(url, new EndpointFiles(channels.passing(), url.isLocal()));
    }

    /** The endpoints that the domain's registry knows: by the URLs of their managers. */
    public Registry<Endpoint> domainEndpoints(Url url) {
        return endpoints(url, RemoteRegistry.Files.none());
    }

    private Registry<Endpoint> endpoints(Url url, RemoteRegistry.Files<Endpoint> files) {
        return new RemoteRegistry<>(
                new Calls(channels, url),
                url,
                new RemoteRegistry.Methods<>(
                        NetworkServiceEndpointRegistryGrpc.getRegisterMethod(),
                        NetworkServiceEndpointRegistryGrpc.getFindMethod(),
                        NetworkServiceEndpointRegistryGrpc.getUnregisterMethod()),
                new RemoteRegistry.Messages<>(
                        RegistryMapping::write,
                        RegistryMapping::read,
                        (endpoint, watch) -> NetworkServiceEndpointQuery.newBuilder()
                                .setNetworkServiceEndpoint(endpoint)
                                .setWatch(watch)
                                .build(),
                        NetworkServiceEndpointResponse::getNetworkServiceEndpoint,
                        NetworkServiceEndpointResponse::getDeleted),
                files);
    }
}
