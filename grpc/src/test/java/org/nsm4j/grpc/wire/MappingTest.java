package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nsm4j.api.connection.Connection;
import org.nsm4j.api.connection.ConnectionEvent;
import org.nsm4j.api.connection.ConnectionEventType;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.connection.Path;
import org.nsm4j.api.connection.PathSegment;
import org.nsm4j.api.connectioncontext.ConnectionContext;
import org.nsm4j.api.connectioncontext.IPContext;
import org.nsm4j.api.connectioncontext.Route;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.api.registry.NetworkService;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Selector;

class MappingTest {
    private static <M extends Message> void survives(M prototype, UnaryOperator<M> thereAndBack) {
        for (long seed = 0; seed < 300; seed++) {
            var message = new RandomMessages(seed).next(prototype);
            assertThat(thereAndBack.apply(message)).as("seed %d", seed).isEqualTo(message);
        }
    }

    @Test
    void a_request_survives_with_what_is_unknown_at_every_level() {
        survives(
                NetworkServiceRequest.getDefaultInstance(),
                message -> ConnectionMapping.write(ConnectionMapping.read(message)));
    }

    @Test
    void a_service_survives_with_what_is_unknown_at_every_level() {
        survives(NetworkService.getDefaultInstance(), message -> RegistryMapping.write(RegistryMapping.read(message)));
    }

    @Test
    void an_endpoint_survives_with_what_is_unknown_at_every_level() {
        survives(
                NetworkServiceEndpoint.getDefaultInstance(),
                message -> RegistryMapping.write(RegistryMapping.read(message)));
    }

    @Test
    void a_selector_survives() {
        var selector = MonitorScopeSelector.newBuilder()
                .addPathSegments(
                        PathSegment.newBuilder().setName("manager").setId("7").setToken("t"))
                .addNetworkServices("vpn")
                .build();
        assertThat(ConnectionMapping.write(ConnectionMapping.read(selector))).isEqualTo(selector);
        assertThat(ConnectionMapping.read(MonitorScopeSelector.getDefaultInstance()))
                .isEqualTo(Selector.ALL);
    }

    @Test
    void an_event_is_keyed_by_the_ids_of_its_connections() {
        var event = ConnectionEvent.newBuilder()
                .setType(ConnectionEventType.DELETE)
                .putConnections(
                        "7",
                        ConnectionMapping.write(ConnectionMapping.read(
                                Connection.newBuilder().setId("7").build())))
                .build();
        assertThat(ConnectionMapping.write(ConnectionMapping.read(event))).isEqualTo(event);
    }

    @Test
    void what_is_not_set_reads_as_empty_and_the_ip_context_is_always_written() {
        var read = ConnectionMapping.read(NetworkServiceRequest.getDefaultInstance());
        assertThat(read.connection().mechanism()).isNull();
        assertThat(read.connection().path().segments()).isEmpty();
        assertThat(ConnectionMapping.write(read).getConnection().getContext().hasIpContext())
                .isTrue();
        assertThat(ConnectionMapping.write(read).getConnection().getContext().hasDnsContext())
                .isFalse();
    }

    @Test
    void an_unknown_mechanism_goes_on_unchanged() {
        var message = NetworkServiceRequest.newBuilder()
                .addMechanismPreferences(org.nsm4j.api.connection.Mechanism.newBuilder()
                        .setCls("LOCAL")
                        .setType("TELEPORT")
                        .putParameters("range", "far"))
                .build();
        var read = ConnectionMapping.read(message);
        assertThat(read.preferences().getFirst()).isInstanceOf(Mechanism.Unknown.class);
        assertThat(ConnectionMapping.write(read).getMechanismPreferencesList())
                .isEqualTo(message.getMechanismPreferencesList());
    }

    @Test
    void a_malformed_address_is_refused_by_field_and_place() {
        var context = IPContext.newBuilder().addSrcIpAddrs("10.0.0.1/32").addSrcIpAddrs("10.0.0.1");
        assertThatThrownBy(() -> ConnectionMapping.read(in(context)))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID))
                .hasMessage("src_ip_addrs[1]: prefix: \"10.0.0.1\" (expected: ADDRESS/LENGTH)");
    }

    @Test
    void a_malformed_next_hop_is_refused_by_field_and_place() {
        var context = IPContext.newBuilder()
                .addDstRoutes(Route.newBuilder().setPrefix("0.0.0.0/0").setNextHop("gateway.example"));
        assertThatThrownBy(() -> ConnectionMapping.read(in(context)))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith("dst_routes[0]: address: \"gateway.example\"");
    }

    @Test
    void a_time_out_of_range_is_refused() {
        var path = Path.newBuilder()
                .addPathSegments(PathSegment.newBuilder()
                        .setExpires(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
        assertThatThrownBy(() -> ConnectionMapping.read(
                        Connection.newBuilder().setPath(path).build()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("path_segments[0]: expires");
    }

    @Test
    void more_entries_than_anybody_needs_are_refused() {
        var labels = Connection.newBuilder();
        for (int i = 0; i <= Fields.MOST_ENTRIES; i++) {
            labels.putLabels("label" + i, "");
        }
        assertThatThrownBy(() -> ConnectionMapping.read(labels.build()))
                .isInstanceOf(Refused.class)
                .hasMessage("labels: 4097 entries (expected: at most 4096)");
    }

    @Test
    void a_number_beyond_what_a_path_may_have_is_refused() {
        var connection =
                Connection.newBuilder().setPath(Path.newBuilder().setIndex(-1)).build();
        assertThatThrownBy(() -> ConnectionMapping.read(connection))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("path index");
    }

    private static Connection in(IPContext.Builder context) {
        return Connection.newBuilder()
                .setContext(ConnectionContext.newBuilder().setIpContext(context))
                .build();
    }
}
