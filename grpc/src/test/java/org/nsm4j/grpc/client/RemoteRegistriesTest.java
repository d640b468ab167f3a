package org.nsm4j.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.api.registry.NetworkServiceEndpointQuery;
import org.nsm4j.api.registry.NetworkServiceEndpointRegistryGrpc;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.registry.TokenPath;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.wire.RegistryMapping;

@Timeout(60)
class RemoteRegistriesTest {
    private final Sides sides = new Sides();
    private final Store store = new Store();
    private Url url = Url.unix("/nowhere");
    private Registry<Endpoint> remote = store;

    @BeforeEach
    void begin() {
        url = sides.serve(sides.plain().endpoints(store).services(new Services()));
        remote = new RemoteRegistries(sides.plainClient()).endpoints(url);
    }

    @AfterEach
    void end() throws Exception {
        sides.close();
    }

    @Test
    void a_registration_goes_there_with_its_path_and_comes_back_with_the_one_that_grew() {
        var answer = remote.register(
                new Registration<>(Endpoint.named("e-1"), new TokenPath(0, List.of("mine"))), Caller.SELF);
        assertThat(answer.item().name()).isEqualTo("e-1");
        assertThat(answer.path()).isEqualTo(new TokenPath(0, List.of("mine", "theirs")));
    }

    @Test
    void the_path_comes_in_the_initial_headers_and_only_to_those_who_sent_one() {
        AtomicReference<Metadata> received = new AtomicReference<>(new Metadata());
        AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());
        var channel = ClientInterceptors.intercept(
                sides.plainClient().channel(url), MetadataUtils.newCaptureMetadataInterceptor(received, trailers));
        var message = RegistryMapping.write(Endpoint.named("e-1"));
        var key = Metadata.Key.of("path", Metadata.ASCII_STRING_MARSHALLER);
        var sent = new Metadata();
        sent.put(key, "{\"Index\":0,\"PathSegments\":null}");
        NetworkServiceEndpointRegistryGrpc.newBlockingStub(
                        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(sent)))
                .register(message);
        assertThat(Objects.requireNonNull(received.get()).get(key))
                .isEqualTo("{\"Index\":0,\"PathSegments\":[{\"token\":\"theirs\"}]}");
        assertThat(Objects.requireNonNull(trailers.get()).containsKey(key)).isFalse();
        NetworkServiceEndpointRegistryGrpc.newBlockingStub(channel).register(message);
        assertThat(Objects.requireNonNull(received.get()).containsKey(key)).isFalse();
    }

    @Test
    void a_malformed_path_is_refused() {
        var sent = new Metadata();
        sent.put(Metadata.Key.of("path", Metadata.ASCII_STRING_MARSHALLER), "[".repeat(10_000));
        var stub = NetworkServiceEndpointRegistryGrpc.newBlockingStub(ClientInterceptors.intercept(
                sides.plainClient().channel(url), MetadataUtils.newAttachHeadersInterceptor(sent)));
        assertThatThrownBy(() -> stub.register(RegistryMapping.write(Endpoint.named("e-1"))))
                .hasMessageContaining("INVALID_ARGUMENT")
                .hasMessageContaining("header path");
    }

    @Test
    void a_find_brings_what_there_is_be_it_nothing_or_much() {
        assertThat(remote.find(Endpoint.named(""), Caller.SELF)).isEmpty();
        store.items.addAll(IntStream.range(0, 5_000)
                .mapToObj(i -> Endpoint.named("e-" + i).at("tcp://" + "x".repeat(100)))
                .toList());
        assertThat(remote.find(Endpoint.named(""), Caller.SELF)).isEqualTo(store.items);
    }

    @Test
    void a_query_without_a_message_stands_for_anything() {
        store.items.add(Endpoint.named("e-1"));
        var call = sides.plainClient()
                .channel(url)
                .newCall(NetworkServiceEndpointRegistryGrpc.getFindMethod(), CallOptions.DEFAULT);
        var answers = io.grpc.stub.ClientCalls.blockingServerStreamingCall(
                call, NetworkServiceEndpointQuery.getDefaultInstance());
        assertThat(answers.next().getNetworkServiceEndpoint().getName()).isEqualTo("e-1");
        assertThat(answers.hasNext()).isFalse();
    }

    @Test
    void a_refusal_of_a_find_arrives() {
        store.refusal = new Refused(Refused.Reason.UNAVAILABLE, "store: disk full (expected: room)");
        assertThatThrownBy(() -> remote.find(Endpoint.named(""), Caller.SELF))
                .isInstanceOf(Refused.class)
                .hasMessage("store: disk full (expected: room)");
    }

    @Test
    void an_unregistration_goes_there() {
        remote.unregister(Registration.of(Endpoint.named("e-1")), Caller.SELF);
        assertThat(store.removed).containsExactly("e-1");
    }

    @Test
    void a_watch_tells_of_changes_and_of_its_end() throws Exception {
        var told = new ArrayBlockingQueue<Registry.Change<Endpoint>>(10);
        var ended = new CompletableFuture<Refused>();
        remote.watch(
                Endpoint.named("e"),
                new Registry.Listener<>() {
                    @Override
                    public void changed(Registry.Change<Endpoint> change) {
                        told.add(change);
                    }

                    @Override
                    public void ended(Refused reason) {
                        ended.complete(reason);
                    }
                },
                Caller.SELF);
        var listener = store.listener.get(30, TimeUnit.SECONDS);
        var change = new Registry.Change<>(Endpoint.named("e"), true);
        listener.changed(change);
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(change);
        listener.ended(new Refused(Refused.Reason.NO_CAPACITY, "too slow"));
        assertThat(ended.get(30, TimeUnit.SECONDS)).hasMessage("too slow");
    }

    @Test
    void a_watch_that_is_closed_is_closed_there() throws Exception {
        var watch = remote.watch(Endpoint.named("e"), new Silent(), Caller.SELF);
        store.listener.get(30, TimeUnit.SECONDS);
        watch.close();
        assertThat(store.watchClosed.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void services_go_the_same_way() {
        var services = new RemoteRegistries(sides.plainClient()).services(url);
        var service = NetworkService.named("vpn").withPayload(Payload.IP);
        assertThat(services.register(Registration.of(service), Caller.SELF).item())
                .isEqualTo(service);
        assertThat(services.find(service, Caller.SELF)).containsExactly(service);
    }

    private static final class Silent implements Registry.Listener<Endpoint> {
        @Override
        public void changed(Registry.Change<Endpoint> change) {}

        @Override
        public void ended(Refused reason) {}
    }

    private static final class Store implements Registry<Endpoint> {
        final List<Endpoint> items = new ArrayList<>();
        final List<String> removed = new ArrayList<>();
        final CompletableFuture<Listener<Endpoint>> listener = new CompletableFuture<>();
        final CompletableFuture<Boolean> watchClosed = new CompletableFuture<>();
        volatile @Nullable Refused refusal;

        @Override
        public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
            var tokens = new ArrayList<>(registration.path().tokens());
            tokens.add("theirs");
            return registration.along(new TokenPath(registration.path().index(), tokens));
        }

        @Override
        public List<Endpoint> find(Endpoint query, Caller caller) {
            var reason = refusal;
            if (reason != null) {
                throw reason;
            }
            return items;
        }

        @Override
        public Watch watch(Endpoint query, Listener<Endpoint> to, Caller caller) {
            listener.complete(to);
            return () -> watchClosed.complete(true);
        }

        @Override
        public void unregister(Registration<Endpoint> registration, Caller caller) {
            removed.add(registration.item().name());
        }
    }

    private static final class Services implements Registry<NetworkService> {
        @Override
        public Registration<NetworkService> register(Registration<NetworkService> registration, Caller caller) {
            return registration;
        }

        @Override
        public List<NetworkService> find(NetworkService query, Caller caller) {
            return List.of(query);
        }

        @Override
        public Watch watch(NetworkService query, Listener<NetworkService> to, Caller caller) {
            return () -> {};
        }

        @Override
        public void unregister(Registration<NetworkService> registration, Caller caller) {}
    }
}
