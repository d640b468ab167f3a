package org.nsm4j.linux.ffi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;

/** Lends direct buffers of 64 KiB in native order; a few are kept, because making one costs more than a system call. */
public final class Buffers {
    /** The size of each buffer in bytes: above the 32 KiB that the kernel puts into one datagram of a dump. */
    public static final int SIZE = 64 * 1024;

    private static final int KEPT = 32;
    private static final ArrayBlockingQueue<ByteBuffer> POOL = new ArrayBlockingQueue<>(KEPT);

    private Buffers() {}

    /** A buffer on loan; its content is of no meaning after {@link #close}. */
    public static final class Lease implements AutoCloseable {
        private final ByteBuffer buffer;
        private boolean returned;

        private Lease(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        /** The buffer, empty: position 0, limit {@link Buffers#SIZE}. */
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void close() {
            if (!returned) {
                returned = true;
                POOL.offer(buffer);
            }
        }
    }

    /** Takes a buffer for one try block of one thread. */
    public static Lease borrow() {
        ByteBuffer buffer = POOL.poll();
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(SIZE);
        }
        return new Lease(buffer.clear().order(ByteOrder.nativeOrder()));
    }
}
