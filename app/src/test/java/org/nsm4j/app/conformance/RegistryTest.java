package org.nsm4j.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.nsm4j.api.registry.NetworkService;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.api.registry.NetworkServiceEndpointQuery;
import org.nsm4j.api.registry.NetworkServiceEndpointRegistryGrpc;
import org.nsm4j.api.registry.NetworkServiceEndpointResponse;
import org.nsm4j.api.registry.NetworkServiceLabels;
import org.nsm4j.api.registry.NetworkServiceQuery;
import org.nsm4j.api.registry.NetworkServiceRegistryGrpc;
import org.nsm4j.core.model.Url;

/** Registering, finding and watching, at a registry and at a manager in front of it (wire §4, §5.5). */
@Timeout(60)
class RegistryTest {
    @RegisterExtension
    static final Domain domain = new Domain();

    private static final String EMPTY_PATH = "{\"Index\":0,\"PathSegments\":null}";

    private static Peer peer;

    @BeforeAll
    static void start() {
        peer = domain.peer("registrant");
    }

    private static NetworkServiceEndpointRegistryGrpc.NetworkServiceEndpointRegistryBlockingStub endpoints(
            Peer who, Url where) {
        return NetworkServiceEndpointRegistryGrpc.newBlockingStub(who.to(where))
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(Peer.headers("path", EMPTY_PATH)));
    }

    private static NetworkServiceRegistryGrpc.NetworkServiceRegistryBlockingStub services(Peer who, Url where) {
        return NetworkServiceRegistryGrpc.newBlockingStub(who.to(where))
                .withDeadlineAfter(15, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(Peer.headers("path", EMPTY_PATH)));
    }

    private static NetworkServiceEndpoint endpoint(String name, String color) {
        return NetworkServiceEndpoint.newBuilder()
                .setName(name)
                .addNetworkServiceNames("paint")
                .putNetworkServiceLabels(
                        "paint",
                        NetworkServiceLabels.newBuilder()
                                .putLabels("color", color)
                                .putLabels("wet", "true")
                                .build())
                .setUrl("tcp://10.1.2.3:4567")
                .build();
    }

    private static ImmutableList<String> found(Consumer<NetworkServiceEndpoint.Builder> query) {
        var asked = NetworkServiceEndpoint.newBuilder();
        query.accept(asked);
        var names = ImmutableList.<String>builder();
        endpoints(peer, domain.registry())
                .find(NetworkServiceEndpointQuery.newBuilder()
                        .setNetworkServiceEndpoint(asked)
                        .build())
                .forEachRemaining(
                        each -> names.add(each.getNetworkServiceEndpoint().getName()));
        return names.build();
    }

    @Test
    void an_endpoint_is_found_by_its_whole_name_a_part_of_its_url_and_some_of_its_labels() {
        endpoints(peer, domain.registry()).register(endpoint("brush", "red"));
        assertThat(found(query -> query.setName("brush"))).containsExactly("brush");
        assertThat(found(query -> query.setName("bru"))).isEmpty();
        assertThat(found(query -> query.setName("brush").setUrl("10.1.2.3"))).containsExactly("brush");
        assertThat(found(query -> query.setName("brush").setUrl("10.1.2.4"))).isEmpty();
        assertThat(found(query -> query.addNetworkServiceNames("paint").setName("brush")))
                .containsExactly("brush");
        assertThat(found(query -> query.addNetworkServiceNames("pain"))).isEmpty();
        assertThat(found(query -> query.putNetworkServiceLabels("paint", labels("color", "red"))))
                .contains("brush");
        assertThat(found(query -> query.setName("brush").putNetworkServiceLabels("paint", labels("color", "blue"))))
                .isEmpty();
    }

    private static NetworkServiceLabels labels(String key, String value) {
        return NetworkServiceLabels.newBuilder().putLabels(key, value).build();
    }

    @Test
    void a_registration_says_when_it_ends_and_is_changed_by_registering_again() {
        var stub = endpoints(peer, domain.registry());
        var first = stub.register(endpoint("roller", "red"));
        assertThat(first.hasExpirationTime()).isTrue();
        assertThat(first.hasInitialRegistrationTime()).isTrue();
        assertThat(first.getPathIdsList())
                .containsExactly(
                        Domain.id("registrant").toString(),
                        Domain.id("registry").toString());
        var second = stub.register(endpoint("roller", "blue").toBuilder()
                .setInitialRegistrationTime(first.getInitialRegistrationTime())
                .build());
        assertThat(second.getInitialRegistrationTime()).isEqualTo(first.getInitialRegistrationTime());
        assertThat(found(query -> query.setName("roller").putNetworkServiceLabels("paint", labels("color", "blue"))))
                .containsExactly("roller");
    }

    @Test
    void a_service_without_a_payload_carries_ip() {
        var answer = services(peer, domain.registry())
                .register(NetworkService.newBuilder().setName("plain").build());
        assertThat(answer.getPayload()).isEqualTo("IP");
        var found = services(peer, domain.registry())
                .find(NetworkServiceQuery.newBuilder()
                        .setNetworkService(NetworkService.newBuilder().setName("plain"))
                        .build());
        assertThat(found.next().getNetworkService().getPayload()).isEqualTo("IP");
        assertThat(found.hasNext()).isFalse();
    }

    @Test
    void a_watch_tells_what_there_is_then_every_change_and_of_what_went_all_that_was_known() {
        var stub = endpoints(peer, domain.registry());
        stub.register(endpoint("pencil", "grey"));
        Iterator<NetworkServiceEndpointResponse> watch = endpoints(peer, domain.registry())
                .find(NetworkServiceEndpointQuery.newBuilder()
                        .setNetworkServiceEndpoint(
                                NetworkServiceEndpoint.newBuilder().setName("pencil"))
                        .setWatch(true)
                        .build());
        assertThat(watch.next().getDeleted()).isFalse();
        stub.register(endpoint("pencil", "black"));
        assertThat(watch.next()
                        .getNetworkServiceEndpoint()
                        .getNetworkServiceLabelsOrThrow("paint")
                        .getLabelsMap())
                .containsEntry("color", "black");
        stub.unregister(NetworkServiceEndpoint.newBuilder().setName("pencil").build());
        var gone = watch.next();
        assertThat(gone.getDeleted()).isTrue();
        assertThat(gone.getNetworkServiceEndpoint().getUrl()).isEqualTo("tcp://10.1.2.3:4567");
    }

    @Test
    void only_its_owner_changes_or_takes_back_what_is_registered_and_then_the_name_is_free() {
        var other = domain.peer("other");
        endpoints(peer, domain.registry()).register(endpoint("chisel", "red"));
        denied(() -> endpoints(other, domain.registry()).register(endpoint("chisel", "blue")));
        denied(() -> endpoints(other, domain.registry()).unregister(endpoint("chisel", "red")));
        endpoints(peer, domain.registry()).unregister(endpoint("chisel", "red"));
        endpoints(other, domain.registry()).register(endpoint("chisel", "blue"));
    }

    @Test
    void a_registration_without_a_path_is_denied_and_taking_back_what_nobody_knows_succeeds() {
        denied(() -> NetworkServiceEndpointRegistryGrpc.newBlockingStub(
                        peer.to(domain.registry(), Peer.headers("path", EMPTY_PATH)))
                .register(endpoint("saw", "red")));
        endpoints(peer, domain.registry())
                .unregister(
                        NetworkServiceEndpoint.newBuilder().setName("unheard").build());
    }

    @Test
    void the_path_comes_back_in_the_first_headers_seen_from_the_caller() {
        var headers = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        var channel = io.grpc.ClientInterceptors.intercept(
                peer.to(domain.registry()),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers),
                MetadataUtils.newAttachHeadersInterceptor(Peer.headers("path", EMPTY_PATH)));
        ClientCalls.blockingUnaryCall(
                channel,
                NetworkServiceEndpointRegistryGrpc.getRegisterMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(15, TimeUnit.SECONDS),
                endpoint("file", "red"));
        assertThat(Objects.requireNonNull(headers.get()).get(Metadata.Key.of("path", Metadata.ASCII_STRING_MARSHALLER)))
                .startsWith("{\"Index\":0,\"PathSegments\":[{\"token\":\"");
    }

    @Test
    void behind_a_manager_an_endpoint_appears_under_the_managers_url_and_its_own_is_told_on_the_node() {
        var registered = endpoints(peer, domain.manager()).register(endpoint("lathe", "red"));
        assertThat(registered.getUrl()).isEqualTo("tcp://10.1.2.3:4567");
        assertThat(registered.getNetworkServiceLabelsOrThrow("paint").getLabelsMap())
                .containsEntry("nodeName", "one");
        assertThat(found(query -> query.setName("lathe").setUrl("10.1.2.3"))).isEmpty();
        assertThat(found(query -> query.setName("lathe").setUrl("127.0.0.1"))).containsExactly("lathe");
    }

    @Test
    void names_of_other_domains_are_refused() {
        assertThatThrownBy(() -> endpoints(peer, domain.registry()).register(endpoint("brush@elsewhere", "red")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    private static void denied(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
    }
}
