package org.nsm4j.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** What the writer writes is read back; what no kernel should send is refused, not believed. */
final class AttributesTest {
    @Test
    void what_was_written_is_read_back() {
        ByteBuffer buffer = buffer(512);
        MessageWriter writer = new MessageWriter(buffer);
        writer.begin(16, 5, 42);
        writer.i32(7).text(3, "nsm-1").be16(15, 4789).be64(9, 1L << 40);
        writer.nest(18, () -> writer.u8(1, 200).be32(2, -5));
        writer.end();

        List<Message> messages = read(buffer.flip());

        Message message = messages.getFirst();
        assertThat(message.type()).isEqualTo(16);
        assertThat(message.flags()).isEqualTo(5);
        assertThat(message.sequence()).isEqualTo(42);
        Attributes attributes = message.attributes(4);
        assertThat(attributes.text(3)).isEqualTo("nsm-1");
        assertThat(attributes.be16(15, 0)).isEqualTo(4789);
        assertThat(attributes.be64(9, 0)).isEqualTo(1L << 40);
        assertThat(attributes.nested(18).u8(1, 0)).isEqualTo(200);
        assertThat(attributes.nested(18).be32(2, 0)).isEqualTo(-5);
        assertThat(attributes.has(4)).isFalse();
        assertThat(attributes.i32(4, 99)).isEqualTo(99);
    }

    @Test
    void a_message_that_reaches_beyond_its_datagram_is_refused() {
        ByteBuffer buffer = buffer(16)
                .putInt(17)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(0)
                .flip();

        assertThatThrownBy(() -> read(buffer))
                .isInstanceOf(MalformedMessage.class)
                .hasMessage("message of 17 bytes in a datagram with 16 left (expected: 16 to that)");
    }

    @Test
    void a_message_of_no_length_is_refused_and_does_not_loop() {
        assertThatThrownBy(() -> read(buffer(32).position(32).flip())).hasMessageContaining("message of 0 bytes");
    }

    @Test
    void a_datagram_that_ends_in_a_header_is_refused() {
        assertThatThrownBy(() -> read(buffer(9).position(9).flip())).hasMessageContaining("9 bytes left");
    }

    @Test
    void an_attribute_that_reaches_beyond_its_message_is_refused() {
        ByteBuffer content =
                buffer(8).putShort((short) 9).putShort((short) 1).putInt(0).flip();

        assertThatThrownBy(() -> Attributes.parse(content))
                .hasMessage("attribute 1 of 9 bytes where 8 are left (expected: 4 to that)");
    }

    @Test
    void an_attribute_shorter_than_its_own_header_is_refused_and_does_not_loop() {
        ByteBuffer content =
                buffer(8).putShort((short) 0).putShort((short) 1).putInt(0).flip();

        assertThatThrownBy(() -> Attributes.parse(content)).hasMessageContaining("attribute 1 of 0 bytes");
    }

    @Test
    void a_number_in_too_few_bytes_is_refused_when_asked_for() {
        Attributes attributes = Attributes.parse(
                buffer(8).putShort((short) 6).putShort((short) 4).putInt(0).flip());

        assertThatThrownBy(() -> attributes.i32(4, 0)).hasMessage("attribute 4 of 2 bytes (expected: 4)");
        assertThatThrownBy(() -> attributes.address(4)).hasMessageContaining("an address of 2 bytes");
    }

    @Test
    void a_message_shorter_than_its_fixed_part_is_refused() {
        Message message = new Message(16, 0, 1, buffer(8).position(8).flip());

        assertThatThrownBy(() -> message.attributes(16)).hasMessageContaining("expected: at least 16");
    }

    @Test
    void a_text_without_a_zero_byte_ends_with_its_attribute() {
        ByteBuffer content = buffer(8)
                .putShort((short) 6)
                .putShort((short) 3)
                .put((byte) 'l')
                .put((byte) 'o');

        assertThat(Attributes.parse(content.position(8).flip()).text(3)).isEqualTo("lo");
    }

    @Test
    void random_bytes_are_read_or_refused_but_never_anything_else() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20_261_121);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(96)];
            random.nextBytes(bytes);
            if (bytes.length >= 4 && random.nextBoolean()) {
                ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(0, bytes.length);
            }
            try {
                Message.forEach(ByteBuffer.wrap(bytes), message -> {
                    Answer.ofDone(message);
                    Answer.ofError(message);
                    message.attributes(4).nested(1).text(2);
                });
            } catch (MalformedMessage e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void a_full_buffer_is_said_to_be_full() {
        MessageWriter writer = new MessageWriter(buffer(24));
        writer.begin(16, 0, 1);

        assertThatThrownBy(() -> writer.text(1, "too long for eight bytes"))
                .isInstanceOf(BufferOverflowException.class);
    }

    @Test
    void the_kernels_words_are_found_behind_the_message_that_it_refuses() {
        ByteBuffer refusal = buffer(128);
        MessageWriter writer = new MessageWriter(refusal);
        writer.begin(2, 0x200, 1);
        writer.i32(-17).i32(20).i32(0).i32(0).i32(0).i32(0xabcd).text(1, "already there");
        writer.end();

        assertThat(Answer.ofError(read(refusal.flip()).getFirst())).isEqualTo(new Answer(17, "already there"));
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    private static List<Message> read(ByteBuffer datagram) {
        List<Message> messages = new ArrayList<>();
        Message.forEach(datagram, messages::add);
        return messages;
    }
}
