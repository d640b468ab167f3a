package org.nsm4j.linux.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.FileIdentity;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;

/**
 * A file that is pointed at, to be passed on or looked at; nothing is read or written through it, so that pointing at a
 * pipe or a device does nothing to it.
 */
public final class FileHandle implements AutoCloseable {
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final long NSFS = 0x6e736673;

    private final Descriptor descriptor;

    private FileHandle(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Points at the file that is found at a path now ({@code O_PATH}); a symbolic link is followed.
     *
     * @throws KernelRefused ENOENT where there is none
     */
    public static FileHandle at(String path) {
        int fd = Libc.open(path, Libc.O_PATH | Libc.O_CLOEXEC);
        return owning(Descriptor.owning(KernelRefused.check(fd, () -> "find " + path)));
    }

    /** The file behind a descriptor that somebody sent; this closes it. */
    public static FileHandle owning(Descriptor descriptor) {
        return new FileHandle(descriptor);
    }

    /** Which file it is, comparable only as long as this is open. */
    public FileIdentity identity() {
        FileIdentity identity = Libc.identity(descriptor.number());
        if (identity == null) {
            throw new KernelRefused("read the identity of " + path(), Errno.EBADF);
        }
        return identity;
    }

    /** Whether it is a unix socket in a file system. */
    public boolean isSocket() {
        int mode = KernelRefused.check(Libc.mode(descriptor.number()), () -> "read the type of " + path());
        return (mode & TYPE_MASK) == SOCKET;
    }

    /** Whether it is a namespace, of whatever kind. */
    public boolean isNamespace() {
        return Libc.fileSystem(descriptor.number()) == NSFS;
    }

    /** The descriptor; this stays its owner. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return descriptor.isOpen();
    }

    /** A second one of the same file, which lives on when this is closed. */
    public FileHandle duplicate() {
        int fd = Libc.duplicate(descriptor.number());
        return owning(Descriptor.owning(KernelRefused.check(fd, () -> "duplicate " + path())));
    }

    /**
     * Connects a unix stream socket to this one.
     *
     * @param socket the descriptor of the one that connects
     * @throws KernelRefused ECONNREFUSED where nobody listens there any more, EAGAIN where too many wait
     */
    public void connect(int socket) {
        byte[] path = path().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer address = ByteBuffer.allocateDirect(2 + path.length + 1).order(ByteOrder.nativeOrder());
        address.putShort((short) Sockets.AF_UNIX).put(path).put((byte) 0).flip();
        KernelRefused.check(Sockets.connect(socket, address), () -> "connect to " + path());
    }

    /** Where this process finds the file, as long as this is open. */
    public String path() {
        return "/proc/self/fd/" + descriptor.number();
    }

    @Override
    public void close() {
        descriptor.close();
    }

    @Override
    public String toString() {
        return descriptor.isOpen() ? path() : "closed file";
    }
}
