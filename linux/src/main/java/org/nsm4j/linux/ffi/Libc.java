package org.nsm4j.linux.ffi;

import static org.nsm4j.linux.ffi.Native.INT;
import static org.nsm4j.linux.ffi.Native.LONG;
import static org.nsm4j.linux.ffi.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.Errno;

/** Files, descriptors, namespaces and processes: each function returns its result, or the error number negated. */
public final class Libc {
    /** Flags of {@link #open}, the same on x86_64 and aarch64. */
    public static final int O_RDONLY = 0;

    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;

    /** Namespace type for {@link #setns} and {@link #unshare}. */
    public static final int CLONE_NEWNET = 0x40000000;

    public static final int MS_BIND = 0x1000;
    public static final int MS_REC = 0x4000;
    public static final int MS_SHARED = 0x100000;
    public static final int MNT_DETACH = 2;
    public static final short POLLIN = 1;
    private static final long SYS_PIDFD_OPEN = 434;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE = 1;
    private static final int STATX_INO = 0x100;
    private static final int EFD_CLOEXEC = 0x80000;

    private static final MethodHandle OPEN = Native.variadic("open", 2, INT, POINTER, INT, INT);
    private static final MethodHandle CLOSE = Native.function("close", INT, INT);
    private static final MethodHandle READ = Native.function("read", LONG, INT, POINTER, LONG);
    private static final MethodHandle WRITE = Native.function("write", LONG, INT, POINTER, LONG);
    private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, POINTER);
    private static final MethodHandle IOCTL_VALUE = Native.variadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle DUP = Native.variadic("fcntl", 2, INT, INT, INT, INT);
    private static final MethodHandle STATX = Native.function("statx", INT, INT, POINTER, INT, INT, POINTER);
    private static final MethodHandle FSTATFS = Native.function("fstatfs", INT, INT, POINTER);
    private static final MethodHandle SETNS = Native.function("setns", INT, INT, INT);
    private static final MethodHandle UNSHARE = Native.function("unshare", INT, INT);
    private static final MethodHandle MOUNT = Native.function("mount", INT, POINTER, POINTER, POINTER, LONG, POINTER);
    private static final MethodHandle UMOUNT = Native.function("umount2", INT, POINTER, INT);
    private static final MethodHandle POLL = Native.function("poll", INT, POINTER, LONG, INT);
    private static final MethodHandle EVENTFD = Native.function("eventfd", INT, INT, INT);
    private static final MethodHandle SYSCALL = Native.variadic("syscall", 1, LONG, LONG, LONG, LONG);

    private Libc() {}

    /** {@code open(2)}; a created file gets mode 0644 less the umask. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, 0644), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code close(2)}; never call it twice for one descriptor, the number may belong to another file by then. */
    public static int close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code read(2)} into the buffer from its position on, which moves by the bytes read. */
    public static int read(int fd, ByteBuffer into) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment bytes = Native.segment(into);
            int count = Native.result((long) READ.invokeExact(state, fd, bytes, bytes.byteSize()), state);
            into.position(into.position() + Math.max(0, count));
            return count;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code write(2)} of the buffer from its position on, which moves by the bytes written. */
    public static int write(int fd, ByteBuffer from) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment bytes = Native.segment(from);
            int count = Native.result((long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()), state);
            from.position(from.position() + Math.max(0, count));
            return count;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code ioctl(2)} whose argument is a structure. */
    public static int ioctl(int fd, long request, ByteBuffer argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) IOCTL.invokeExact(state, fd, request, Native.segment(argument)), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code ioctl(2)} whose argument is a number. */
    public static int ioctl(int fd, long request, long argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) IOCTL_VALUE.invokeExact(state, fd, request, argument), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** A second descriptor of the same open file, closed on exec ({@code fcntl(F_DUPFD_CLOEXEC)}). */
    public static int duplicate(int fd) {
        final int dupfdCloexec = 1030;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) DUP.invokeExact(state, fd, dupfdCloexec, 0), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Which file a descriptor refers to, by {@code statx(2)}; null where the descriptor is not open. */
    public static @Nullable FileIdentity identity(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment stat = arena.allocate(256, 8);
            int result = Native.result(
                    (int) STATX.invokeExact(state, fd, arena.allocateFrom(""), AT_EMPTY_PATH, STATX_INO, stat), state);
            if (result < 0) {
                return null;
            }
            long device = (long) stat.get(INT, 136) << 32 | Integer.toUnsignedLong(stat.get(INT, 140));
            return new FileIdentity(device, stat.get(LONG, 32));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The type of the file behind a descriptor, as in {@code st_mode}, by {@code statx(2)}. */
    public static int mode(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment stat = arena.allocate(256, 8);
            int result = Native.result(
                    (int) STATX.invokeExact(state, fd, arena.allocateFrom(""), AT_EMPTY_PATH, STATX_TYPE, stat), state);
            return result < 0 ? result : Short.toUnsignedInt(stat.get(ValueLayout.JAVA_SHORT, 28));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The magic number of the file system that the file behind a descriptor is in, by {@code fstatfs(2)}. */
    public static long fileSystem(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment stat = arena.allocate(120, 8);
            int result = Native.result((int) FSTATFS.invokeExact(state, fd, stat), state);
            return result < 0 ? result : stat.get(LONG, 0);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code setns(2)}: moves the calling OS thread, so only a thread made for that may call it. */
    public static int setns(int fd, int type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) SETNS.invokeExact(state, fd, type), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code unshare(2)}: as {@link #setns}, into a fresh namespace. */
    public static int unshare(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) UNSHARE.invokeExact(state, flags), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code mount(2)} without file system type and data, as for bind mounts. */
    public static int mount(String source, String target, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            int result = (int) MOUNT.invokeExact(
                    state,
                    arena.allocateFrom(source),
                    arena.allocateFrom(target),
                    arena.allocateFrom("none"),
                    flags,
                    MemorySegment.NULL);
            return Native.result(result, state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code umount2(2)}. */
    public static int unmount(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) UMOUNT.invokeExact(state, arena.allocateFrom(target), flags), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * {@code poll(2)} for readability. A signal to this thread does not end it: even one that looks without waiting may be
     * interrupted by the profiler's.
     *
     * @param timeoutMillis how long to wait at most; negative waits for ever
     * @return a bit for each descriptor that is readable, closed or broken (bit 0 is the first); 0 after the timeout
     */
    public static int poll(int timeoutMillis, int... fds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            MemorySegment entries = arena.allocate(8L * fds.length, 4);
            for (int i = 0; i < fds.length; i++) {
                entries.set(INT, 8L * i, fds[i]);
                entries.set(INT, 8L * i + 4, POLLIN);
            }
            long begin = System.nanoTime();
            int left = timeoutMillis;
            int result;
            do {
                result = Native.result((int) POLL.invokeExact(state, entries, (long) fds.length, left), state);
                if (timeoutMillis > 0) {
                    left = (int) Math.max(0, timeoutMillis - (System.nanoTime() - begin) / 1_000_000);
                }
            } while (result == -Errno.EINTR.code());
            if (result <= 0) {
                return result;
            }
            int ready = 0;
            for (int i = 0; i < fds.length; i++) {
                ready |= entries.get(INT, 8L * i + 4) >>> 16 == 0 ? 0 : 1 << i;
            }
            return ready;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code eventfd(2)}: a counter that wakes a {@link #poll}. */
    public static int eventfd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code pidfd_open(2)}: a descriptor of that process which no reuse of its number can mislead. */
    public static int pidfdOpen(long pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.state(arena);
            return Native.result((long) SYSCALL.invokeExact(state, SYS_PIDFD_OPEN, pid, 0L), state);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
