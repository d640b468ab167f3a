package org.nsm4j.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * One received message.
 *
 * @param type what it is, by protocol
 * @param flags {@code NLM_F_*} of the header
 * @param sequence the request that it answers; 0 for a notification
 * @param payload what follows the header: valid only while the message is handled, the buffer is used again
 */
public record Message(int type, int flags, int sequence, ByteBuffer payload) {
    /**
     * Hands on each message of a datagram.
     *
     * @throws MalformedMessage where a length is below 16 or reaches beyond the datagram
     */
    public static void forEach(ByteBuffer datagram, Consumer<Message> handler) {
        ByteBuffer in = datagram.duplicate().order(ByteOrder.nativeOrder());
        while (in.remaining() > 0) {
            int at = in.position();
            if (in.remaining() < MessageWriter.HEADER) {
                throw new MalformedMessage(
                        "datagram ends in a header: %d bytes left (expected: 16)".formatted(in.remaining()));
            }
            int length = in.getInt();
            int type = Short.toUnsignedInt(in.getShort());
            int flags = Short.toUnsignedInt(in.getShort());
            int sequence = in.getInt();
            in.getInt();
            if (length < MessageWriter.HEADER || length > in.limit() - at) {
                throw new MalformedMessage("message of %d bytes in a datagram with %d left (expected: 16 to that)"
                        .formatted(length, in.limit() - at));
            }
            ByteBuffer payload = in.slice(at + MessageWriter.HEADER, length - MessageWriter.HEADER)
                    .order(ByteOrder.nativeOrder());
            handler.accept(new Message(type, flags, sequence, payload));
            in.position(Math.min(in.limit(), at + (length + 3 & ~3)));
        }
    }

    /**
     * The attributes behind a fixed part.
     *
     * @param fixed the size of the fixed part in bytes
     * @throws MalformedMessage where the payload is shorter than that or an attribute does not fit
     */
    public Attributes attributes(int fixed) {
        need(fixed);
        return Attributes.parse(payload.slice(fixed, payload.limit() - fixed));
    }

    /** Checks that the payload has a fixed part of so many bytes. */
    public void need(int fixed) {
        if (payload.limit() < fixed) {
            throw new MalformedMessage("message type %d with %d bytes of content (expected: at least %d)"
                    .formatted(type, payload.limit(), fixed));
        }
    }
}
