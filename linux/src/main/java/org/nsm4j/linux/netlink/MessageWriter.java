package org.nsm4j.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes netlink messages one behind the other into a buffer, in the machine's byte order and padded to 4 bytes.
 *
 * <p>{@link java.nio.BufferOverflowException} says that the buffer is full; what was written of that message is void.
 */
public final class MessageWriter {
    static final int HEADER = 16;
    private static final int NESTED = 0x8000;
    private final ByteBuffer buffer;
    private int start = -1;

    MessageWriter(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    void begin(int type, int flags, int sequence) {
        start = buffer.position();
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(0);
    }

    void end() {
        buffer.putInt(start, buffer.position() - start);
    }

    /** One byte of a message's fixed part. */
    public MessageWriter u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    /** Two bytes of a message's fixed part. */
    public MessageWriter u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    /** Two bytes in network order, of a message's fixed part. */
    public MessageWriter be16(int value) {
        return u16(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes((short) value));
    }

    /** Four bytes of a message's fixed part. */
    public MessageWriter i32(int value) {
        buffer.putInt(value);
        return this;
    }

    /** An attribute without content. */
    public MessageWriter flag(int type) {
        open(type, 0);
        return this;
    }

    /** An attribute of one byte. */
    public MessageWriter u8(int type, int value) {
        open(type, 1);
        buffer.put((byte) value);
        return pad();
    }

    /** An attribute of two bytes in network order. */
    public MessageWriter be16(int type, int value) {
        open(type, 2);
        be16(value);
        return pad();
    }

    /** An attribute of four bytes. */
    public MessageWriter i32(int type, int value) {
        open(type, 4);
        buffer.putInt(value);
        return this;
    }

    /** An attribute of four bytes in network order. */
    public MessageWriter be32(int type, int value) {
        open(type, 4);
        buffer.putInt(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
        return this;
    }

    /** An attribute of eight bytes in network order. */
    public MessageWriter be64(int type, long value) {
        open(type, 8);
        buffer.putLong(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
        return this;
    }

    /** An attribute of any bytes. */
    public MessageWriter bytes(int type, byte[] value) {
        open(type, value.length);
        buffer.put(value);
        return pad();
    }

    /** An attribute with an IPv4 or IPv6 address. */
    public MessageWriter address(int type, InetAddress address) {
        return bytes(type, address.getAddress());
    }

    /** An attribute with a text in UTF-8, ended by a zero byte. */
    public MessageWriter text(int type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        open(type, utf8.length + 1);
        buffer.put(utf8).put((byte) 0);
        return pad();
    }

    /** An attribute that holds what {@code content} writes. */
    public MessageWriter nest(int type, Runnable content) {
        int at = buffer.position();
        open(type | NESTED, 0);
        content.run();
        int length = buffer.position() - at;
        if (length > 0xffff) {
            throw new MalformedMessage("nested attribute of " + length + " bytes (expected: at most 65535)");
        }
        buffer.putShort(at, (short) length);
        return this;
    }

    private void open(int type, int length) {
        if (length + 4 > 0xffff) {
            throw new MalformedMessage("attribute of " + length + " bytes (expected: at most 65531)");
        }
        buffer.putShort((short) (length + 4)).putShort((short) type);
    }

    private MessageWriter pad() {
        while (((buffer.position() - start) & 3) != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }
}
