package org.nsm4j.linux.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class ControlMessagesFuzzTest {
    @FuzzTest
    void control_messages_of_descriptors_never_reach_beyond_their_buffer(byte[] bytes) {
        ControlMessages.forEach(
                ByteBuffer.wrap(bytes),
                (level, type, content) ->
                        assertThat(content.remaining()).isLessThanOrEqualTo(bytes.length - ControlMessages.HEADER));
    }
}
