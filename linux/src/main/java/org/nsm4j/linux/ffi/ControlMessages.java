package org.nsm4j.linux.ffi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The control messages beside a datagram: {@code struct cmsghdr} of a 64-bit machine, padded to 8 bytes. */
public final class ControlMessages {
    /** The size of a header in bytes. */
    public static final int HEADER = 16;

    private ControlMessages() {}

    /** Takes one control message. */
    @FunctionalInterface
    public interface Handler {
        void accept(int level, int type, ByteBuffer content);
    }

    /** Hands on each control message between position and limit; stops at one whose length cannot be. */
    public static void forEach(ByteBuffer control, Handler handler) {
        ByteBuffer in = control.duplicate().order(ByteOrder.nativeOrder());
        while (in.remaining() >= HEADER) {
            int at = in.position();
            long length = in.getLong(at);
            if (length < HEADER || length > in.remaining()) {
                return;
            }
            ByteBuffer content = in.slice(at + HEADER, (int) length - HEADER).order(ByteOrder.nativeOrder());
            handler.accept(in.getInt(at + 8), in.getInt(at + 12), content);
            in.position((int) Math.min(in.limit(), at + (length + 7 & ~7L)));
        }
    }

    /** Writes one control message that holds these numbers of four bytes; position 0 and the limit enclose it then. */
    public static void write(ByteBuffer control, int level, int type, int... numbers) {
        int length = HEADER + 4 * numbers.length;
        control.clear().putLong(length).putInt(level).putInt(type);
        for (int number : numbers) {
            control.putInt(number);
        }
        control.position(0).limit(length + 7 & ~7);
    }
}
