package org.nsm4j.grpc.server;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import org.nsm4j.api.registry.NetworkService;
import org.nsm4j.api.registry.NetworkServiceQuery;
import org.nsm4j.api.registry.NetworkServiceRegistryGrpc;
import org.nsm4j.api.registry.NetworkServiceResponse;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.wire.RegistryMapping;

/** The registry of network services. */
final class ServiceRegistryCalls extends NetworkServiceRegistryGrpc.NetworkServiceRegistryImplBase {
    private final RegistryCalls<org.nsm4j.core.model.NetworkService, NetworkService, NetworkServiceResponse> calls;

    ServiceRegistryCalls(Registry<org.nsm4j.core.model.NetworkService> registry, OpenStreams open) {
        calls = new RegistryCalls<>(
                registry,
                RegistryMapping::read,
                RegistryMapping::write,
                change -> NetworkServiceResponse.newBuilder()
                        .setNetworkService(RegistryMapping.write(change.item()))
                        .setDeleted(change.deleted())
                        .build(),
                RegistryCalls.Files.none(),
                open);
    }

    @Override
    public void register(NetworkService message, StreamObserver<NetworkService> answers) {
        calls.register(message, answers);
    }

    @Override
    public void find(NetworkServiceQuery message, StreamObserver<NetworkServiceResponse> answers) {
        calls.find(message.getNetworkService(), message.getWatch(), answers);
    }

    @Override
    public void unregister(NetworkService message, StreamObserver<Empty> answers) {
        calls.unregister(message, answers);
    }
}
