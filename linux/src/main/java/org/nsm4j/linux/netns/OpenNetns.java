package org.nsm4j.linux.netns;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Supplier;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.FileIdentity;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;

/** One certain network namespace, held open. It lives at least until {@link #close}. */
public final class OpenNetns implements AutoCloseable {
    private final Descriptor descriptor;
    private final String where;

    OpenNetns(Descriptor descriptor, String where) {
        this.descriptor = descriptor;
        this.where = where;
    }

    /** The namespace behind a descriptor that somebody sent or opened; this closes it. */
    public static OpenNetns owning(Descriptor descriptor) {
        return new OpenNetns(descriptor, "/proc/self/fd/" + descriptor.number());
    }

    /** The descriptor's number, for messages to the kernel; this object stays the owner. */
    public int number() {
        return descriptor.number();
    }

    /** Gives the descriptor away: the caller closes it from now on, and this object is closed. */
    public int release() {
        return descriptor.release();
    }

    /** How it was found, for error texts. */
    public String where() {
        return where;
    }

    /**
     * Device and inode. Inode numbers are reused within seconds: compare only while both are open, and never store one as
     * an identity; that is what {@link #cookie} is for.
     */
    public FileIdentity file() {
        FileIdentity identity = Libc.identity(descriptor.number());
        if (identity == null) {
            throw new KernelRefused("read the identity of netns " + where, Errno.EBADF);
        }
        return identity;
    }

    /** Whether both are the same namespace. */
    public boolean sameAs(OpenNetns other) {
        return Objects.equals(file(), other.file());
    }

    /** The number that no other namespace has had since the machine was started ({@code SO_NETNS_COOKIE}). */
    public long cookie() {
        return inside(() -> {
            int fd = KernelRefused.check(
                    Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC, 0),
                    () -> "open a socket in netns " + where);
            try (Descriptor socket = Descriptor.owning(fd)) {
                return cookieOf(socket.number(), where);
            }
        });
    }

    /** The cookie of the namespace that a socket belongs to. */
    public static long cookieOf(int socket, String where) {
        ByteBuffer value = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        KernelRefused.check(
                Sockets.getOption(socket, Sockets.SOL_SOCKET, Sockets.SO_NETNS_COOKIE, value),
                () -> "read the cookie of netns " + where);
        return value.getLong(0);
    }

    /**
     * Runs an action on the gate's thread inside this namespace and hands its result back.
     *
     * <p>For opening sockets and files only: the action must not start threads, log, wait, or use another executor. All
     * other callers of namespaces wait meanwhile.
     */
    public <T> T inside(Supplier<T> action) {
        return Gate.gate().inside(descriptor.number(), where, action);
    }

    @Override
    public void close() {
        descriptor.close();
    }

    @Override
    public String toString() {
        return where;
    }
}
