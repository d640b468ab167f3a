package org.nsm4j.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a message or of a nest, by type. Lengths are checked: one that is too short or reaches beyond its
 * surroundings is a {@link MalformedMessage}; one of a type that nobody asks for is passed over.
 */
public final class Attributes {
    private static final int HEADER = 4;
    private static final int TYPE_MASK = 0x3fff;
    private static final int HIGHEST = 255;
    private @Nullable ByteBuffer[] byType = new ByteBuffer[64];

    private Attributes() {}

    /** Reads all attributes between position and limit; of several with one type the last counts. */
    public static Attributes parse(ByteBuffer content) {
        Attributes attributes = new Attributes();
        forEach(content, attributes::keep);
        return attributes;
    }

    /** Hands on each attribute with its type, in order; for nests that list things. */
    public static void forEach(ByteBuffer content, ObjIntConsumer<ByteBuffer> handler) {
        ByteBuffer in = content.duplicate().order(ByteOrder.nativeOrder());
        while (in.remaining() >= HEADER) {
            int at = in.position();
            int length = Short.toUnsignedInt(in.getShort(at));
            int type = in.getShort(at + 2) & TYPE_MASK;
            if (length < HEADER || length > in.remaining()) {
                throw new MalformedMessage("attribute %d of %d bytes where %d are left (expected: 4 to that)"
                        .formatted(type, length, in.remaining()));
            }
            handler.accept(in.slice(at + HEADER, length - HEADER).order(ByteOrder.nativeOrder()), type);
            in.position(Math.min(in.limit(), at + (length + 3 & ~3)));
        }
        if (in.remaining() > 0 && in.remaining() < HEADER && !isZero(in)) {
            throw new MalformedMessage("%d bytes behind the last attribute (expected: none)".formatted(in.remaining()));
        }
    }

    private static boolean isZero(ByteBuffer rest) {
        for (int i = rest.position(); i < rest.limit(); i++) {
            if (rest.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private void keep(ByteBuffer content, int type) {
        if (type > HIGHEST) {
            return;
        }
        if (type >= byType.length) {
            byType = Arrays.copyOf(byType, HIGHEST + 1);
        }
        byType[type] = content;
    }

    /** Whether the attribute is there. */
    public boolean has(int type) {
        return raw(type) != null;
    }

    /** The attribute's content, null where it is absent. */
    public @Nullable ByteBuffer raw(int type) {
        return type < byType.length ? byType[type] : null;
    }

    /** One byte, unsigned. */
    public int u8(int type, int absent) {
        ByteBuffer content = sized(type, 1);
        return content == null ? absent : Byte.toUnsignedInt(content.get(0));
    }

    /** Two bytes in network order, unsigned. */
    public int be16(int type, int absent) {
        ByteBuffer content = sized(type, 2);
        return content == null
                ? absent
                : Short.toUnsignedInt(
                        content.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(0));
    }

    /** Four bytes. */
    public int i32(int type, int absent) {
        ByteBuffer content = sized(type, 4);
        return content == null ? absent : content.getInt(0);
    }

    /** Four bytes in network order. */
    public int be32(int type, int absent) {
        ByteBuffer content = sized(type, 4);
        return content == null
                ? absent
                : content.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0);
    }

    /** Eight bytes in network order. */
    public long be64(int type, long absent) {
        ByteBuffer content = sized(type, 8);
        return content == null
                ? absent
                : content.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(0);
    }

    /** All bytes, null where absent. */
    public byte @Nullable [] bytes(int type) {
        ByteBuffer content = raw(type);
        if (content == null) {
            return null;
        }
        byte[] bytes = new byte[content.limit()];
        content.get(0, bytes);
        return bytes;
    }

    /** A text up to its zero byte or the attribute's end, null where absent. */
    public @Nullable String text(int type) {
        byte[] bytes = bytes(type);
        if (bytes == null) {
            return null;
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** An address of 4 or 16 bytes, null where absent. */
    public @Nullable InetAddress address(int type) {
        byte[] bytes = bytes(type);
        if (bytes == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new MalformedMessage(
                    "attribute %d: an address of %d bytes (expected: 4 or 16)".formatted(type, bytes.length));
        }
    }

    /** The attributes inside an attribute; none where it is absent. */
    public Attributes nested(int type) {
        ByteBuffer content = raw(type);
        return content == null ? new Attributes() : parse(content);
    }

    private @Nullable ByteBuffer sized(int type, int size) {
        ByteBuffer content = raw(type);
        if (content != null && content.limit() < size) {
            throw new MalformedMessage(
                    "attribute %d of %d bytes (expected: %d)".formatted(type, content.limit(), size));
        }
        return content;
    }
}
