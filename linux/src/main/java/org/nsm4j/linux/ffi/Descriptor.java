package org.nsm4j.linux.ffi;

import java.util.concurrent.atomic.AtomicInteger;

/** Owns one file descriptor and closes it once; a number taken from a closed one is refused, not reused. */
public final class Descriptor implements AutoCloseable {
    private static final int CLOSED = -1;
    private final AtomicInteger number;

    private Descriptor(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes ownership of an open descriptor. */
    public static Descriptor owning(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("descriptor: " + number + " (expected: an open one, 0 or above)");
        }
        return new Descriptor(number);
    }

    /** The number, for use while this is open. */
    public int number() {
        int n = number.get();
        if (n == CLOSED) {
            throw new IllegalStateException("descriptor is closed (expected: use before close)");
        }
        return n;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Gives the number away: the caller closes it from now on. */
    public int release() {
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            throw new IllegalStateException("descriptor is closed (expected: release before close)");
        }
        return n;
    }

    @Override
    public void close() {
        int n = number.getAndSet(CLOSED);
        if (n != CLOSED) {
            // The kernel frees the number even where close reports an error: there is nothing to try again.
            Libc.close(n);
        }
    }

    @Override
    public String toString() {
        int n = number.get();
        return n == CLOSED ? "fd closed" : "fd " + n;
    }
}
