package org.nsm4j.linux.ffi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** Finds C functions and makes them callable with the error number captured: the first argument is where it goes. */
final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Native() {}

    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    /** As {@link #function}, for a C function whose arguments from {@code fixed} on are variadic. */
    static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return link(
                name,
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment address = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("function " + name + " (expected: a C library of Linux)"));
        return LINKER.downcallHandle(address, descriptor, options);
    }

    static MemorySegment state(Arena arena) {
        return arena.allocate(STATE);
    }

    static int result(int value, MemorySegment state) {
        return value < 0 ? -(int) ERRNO.get(state, 0L) : value;
    }

    static int result(long value, MemorySegment state) {
        return value < 0 ? -(int) ERRNO.get(state, 0L) : Math.toIntExact(value);
    }

    /** The bytes between position and limit of a direct buffer. */
    static MemorySegment segment(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("buffer on the heap (expected: a direct buffer)");
        }
        return MemorySegment.ofBuffer(buffer);
    }

    static Error unexpected(Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return new AssertionError("a native call cannot throw a checked exception", failure);
    }
}
