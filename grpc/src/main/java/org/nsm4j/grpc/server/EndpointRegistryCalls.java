package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.api.registry.NetworkServiceEndpointQuery;
import org.nsm4j.api.registry.NetworkServiceEndpointRegistryGrpc;
import org.nsm4j.api.registry.NetworkServiceEndpointResponse;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.wire.RegistryMapping;

/** The registry of endpoints. */
final class EndpointRegistryCalls extends NetworkServiceEndpointRegistryGrpc.NetworkServiceEndpointRegistryImplBase {
    private final RegistryCalls<Endpoint, NetworkServiceEndpoint, NetworkServiceEndpointResponse> calls;

    EndpointRegistryCalls(Registry<Endpoint> registry, Passing passing, OpenStreams open) {
        calls = new RegistryCalls<>(
                registry,
                RegistryMapping::read,
                RegistryMapping::write,
                change -> NetworkServiceEndpointResponse.newBuilder()
                        .setNetworkServiceEndpoint(RegistryMapping.write(change.item()))
                        .setDeleted(change.deleted())
                        .build(),
                new EndpointFiles(passing),
                open);
    }

    @Override
    public void register(NetworkServiceEndpoint message, StreamObserver<NetworkServiceEndpoint> answers) {
        calls.register(message, answers);
    }

    @Override
    public void find(NetworkServiceEndpointQuery message, StreamObserver<NetworkServiceEndpointResponse> answers) {
        calls.find(message.getNetworkServiceEndpoint(), message.getWatch(), answers);
    }

    @Override
    public void unregister(NetworkServiceEndpoint message, StreamObserver<Empty> answers) {
        calls.unregister(message, answers);
    }
}
