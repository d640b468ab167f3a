package org.nsm4j.grpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import org.nsm4j.api.connection.MonitorScopeSelector;
import org.nsm4j.api.networkservice.NetworkServiceRequest;
import org.nsm4j.api.registry.NetworkServiceEndpoint;
import org.nsm4j.core.model.Refused;

class MappingFuzzTest {
    @FuzzTest
    void any_message_is_mapped_or_refused_as_invalid(byte[] bytes) {
        try {
            ConnectionMapping.write(ConnectionMapping.read(NetworkServiceRequest.parseFrom(bytes)));
        } catch (InvalidProtocolBufferException e) {
            // no message at all
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
        try {
            ConnectionMapping.read(MonitorScopeSelector.parseFrom(bytes));
            RegistryMapping.write(RegistryMapping.read(NetworkServiceEndpoint.parseFrom(bytes)));
        } catch (InvalidProtocolBufferException e) {
            // no message at all
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
        }
    }
}
