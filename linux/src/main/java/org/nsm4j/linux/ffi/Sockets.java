package org.nsm4j.linux.ffi;

import static org.nsm4j.linux.ffi.Native.INT;
import static org.nsm4j.linux.ffi.Native.LONG;
import static org.nsm4j.linux.ffi.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/** Sockets: each function returns its result, or the error number negated. */
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int SOL_SOCKET = 1;
    public static final int SO_RCVBUF = 8;
    public static final int SO_PEERCRED = 17;
    public static final int SO_NETNS_COOKIE = 71;
    public static final int SO_PEERPIDFD = 77;
    public static final int MSG_CTRUNC = 8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSGHDR_SIZE = 56;

    private static final MethodHandle SOCKET = Native.function("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = Native.function("bind", INT, INT, POINTER, INT);
    private static final MethodHandle CONNECT = Native.function("connect", INT, INT, POINTER, INT);
    private static final MethodHandle SOCKETPAIR = Native.function("socketpair", INT, INT, INT, INT, POINTER);
    private static final MethodHandle SEND = Native.function("send", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle RECV = Native.function("recv", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle SENDTO = Native.function("sendto", LONG, INT, POINTER, LONG, INT, POINTER, INT);
    private static final MethodHandle SENDMSG = Native.function("sendmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle RECVMSG = Native.function("recvmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle SETSOCKOPT = Native.function("setsockopt", INT, INT, INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKOPT = Native.function("getsockopt", INT, INT, INT, INT, POINTER, POINTER);

    private Sockets() {}

    /** {@code socket(2)}, in the network namespace of the calling OS thread. */
    public static int socket(int family, int type, int protocol) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) SOCKET.invokeExact(state, family, type, protocol), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code socketpair(2)}: the two descriptors are written to {@code pair}. */
    public static int socketpair(int family, int type, int[] pair) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment both = arena.allocate(8, 4);
            int result = Native.result((int) SOCKETPAIR.invokeExact(state, family, type, 0, both), state);
            pair[0] = both.get(INT, 0);
            pair[1] = both.get(INT, 4);
            return result;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code bind(2)} to the socket address that the buffer holds. */
    public static int bind(int fd, ByteBuffer address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result(
                    (int) BIND.invokeExact(state, fd, Native.segment(address), address.remaining()), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code connect(2)} to the socket address that the buffer holds. */
    public static int connect(int fd, ByteBuffer address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result(
                    (int) CONNECT.invokeExact(state, fd, Native.segment(address), address.remaining()), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code send(2)} of the bytes between position and limit; the position stays. */
    public static int send(int fd, ByteBuffer from, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment bytes = Native.segment(from);
            return Native.result((long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), flags), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code sendto(2)}: as {@link #send}, to the socket address that the second buffer holds. */
    public static int sendTo(int fd, ByteBuffer from, ByteBuffer address, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment bytes = Native.segment(from);
            MemorySegment to = Native.segment(address);
            long size = bytes.byteSize();
            return Native.result(
                    (long) SENDTO.invokeExact(state, fd, bytes, size, flags, to, (int) to.byteSize()), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code recv(2)} into the bytes between position and limit; the position stays. */
    public static int receive(int fd, ByteBuffer into, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment bytes = Native.segment(into);
            return Native.result((long) RECV.invokeExact(state, fd, bytes, bytes.byteSize(), flags), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code sendmsg(2)} of the payload with the control messages that the second buffer holds, laid out as in C. */
    public static int sendMessage(int fd, ByteBuffer payload, ByteBuffer control, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment header = header(arena, payload, control);
            return Native.result((long) SENDMSG.invokeExact(state, fd, header, flags), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * {@code recvmsg(2)}: as {@link #receive}; afterwards the limit of {@code control} is where its messages end.
     *
     * @param flags one element: the flags to receive with, replaced by those of what was received
     */
    public static int receiveMessage(int fd, ByteBuffer payload, ByteBuffer control, int[] flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment header = header(arena, payload, control);
            int result = Native.result((long) RECVMSG.invokeExact(state, fd, header, flags[0]), state);
            if (result >= 0) {
                control.limit(control.position() + Math.toIntExact(header.get(LONG, 40)));
                flags[0] = header.get(INT, 48);
            }
            return result;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code struct msghdr} of a 64-bit machine with one {@code struct iovec} behind it. */
    private static MemorySegment header(Arena arena, ByteBuffer payload, ByteBuffer control) {
        MemorySegment header = arena.allocate(MSGHDR_SIZE + 16, 8);
        MemorySegment bytes = Native.segment(payload);
        header.set(POINTER, 16, header.asSlice(MSGHDR_SIZE));
        header.set(LONG, 24, 1);
        header.set(POINTER, 32, Native.segment(control));
        header.set(LONG, 40, control.remaining());
        header.set(POINTER, MSGHDR_SIZE, bytes);
        header.set(LONG, MSGHDR_SIZE + 8, bytes.byteSize());
        return header;
    }

    /** {@code setsockopt(2)} with an {@code int}. */
    public static int setOption(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment number = arena.allocateFrom(INT, value);
            return Native.result((int) SETSOCKOPT.invokeExact(state, fd, level, option, number, 4), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code getsockopt(2)} into the bytes between position and limit; returns how many the kernel wrote. */
    public static int getOption(int fd, int level, int option, ByteBuffer into) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment length = arena.allocateFrom(INT, into.remaining());
            int result = Native.result(
                    (int) GETSOCKOPT.invokeExact(state, fd, level, option, Native.segment(into), length), state);
            return result < 0 ? result : length.get(INT, 0);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
