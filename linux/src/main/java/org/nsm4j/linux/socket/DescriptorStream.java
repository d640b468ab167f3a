package org.nsm4j.linux.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.ControlMessages;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Sockets;

/**
 * Open files among the bytes of a unix stream socket ({@code SCM_RIGHTS}, {@code unix(7)}). Never waits. For one thread at
 * a time; the socket stays its owner's to close.
 */
public final class DescriptorStream {
    /** The most files that go with one write: what the smallest receiver in use, upstream's, has room for. */
    public static final int MOST_SENT = 64;
    /** Returned where nothing can be read or written now. */
    public static final int AGAIN = -1;

    /** The most that Linux takes in one message ({@code SCM_MAX_FD}). */
    private static final int MOST_RECEIVED = 253;

    private static final int SCM_RIGHTS = 1;

    private final int socket;
    private final ByteBuffer control = ByteBuffer.allocateDirect(ControlMessages.HEADER + 4 * MOST_RECEIVED + 7 & ~7)
            .order(ByteOrder.nativeOrder());
    private final int[] flags = new int[1];
    private boolean lost;

    /** Of a connected socket. */
    public DescriptorStream(int socket) {
        this.socket = socket;
    }

    /**
     * Reads bytes into a direct buffer, and the files that came with them; its position moves. Bytes with files are never
     * read together with later ones that have files of their own.
     *
     * @param files takes each file, closed on exec; it closes them
     * @return how many bytes; 0 where the other side has closed; {@link #AGAIN}
     * @throws KernelRefused where the connection is broken
     */
    public int receive(ByteBuffer payload, Consumer<Descriptor> files) {
        int bytes;
        do {
            flags[0] = Sockets.MSG_CMSG_CLOEXEC | Sockets.MSG_DONTWAIT;
            bytes = Sockets.receiveMessage(socket, payload, control.clear(), flags);
        } while (bytes == -Errno.EINTR.code());
        if (bytes == -Errno.EAGAIN.code()) {
            return AGAIN;
        }
        KernelRefused.check(bytes, () -> "receive on socket " + socket);
        payload.position(payload.position() + bytes);
        if (control.hasRemaining()) {
            take(files);
        }
        lost |= (flags[0] & Sockets.MSG_CTRUNC) != 0;
        return bytes;
    }

    private void take(Consumer<Descriptor> files) {
        ControlMessages.forEach(control, (level, type, content) -> {
            for (int i = 0; level == Sockets.SOL_SOCKET && type == SCM_RIGHTS && i + 4 <= content.limit(); i += 4) {
                files.accept(Descriptor.owning(content.getInt(i)));
            }
        });
    }

    /** Whether files were lost since this was last asked: this process has room for no more. */
    public boolean hasLostFiles() {
        boolean before = lost;
        lost = false;
        return before;
    }

    /**
     * Writes bytes of a direct buffer, with files; its position moves. The files go with the first byte, if any byte goes;
     * the sender's own descriptors stay open.
     *
     * @param payload at least one byte, without which a stream carries no files
     * @param files at most {@link #MOST_SENT}
     * @return how many bytes went; {@link #AGAIN} where neither bytes nor files did
     * @throws KernelRefused where the connection is broken
     */
    public int send(ByteBuffer payload, List<Descriptor> files) {
        if (!payload.hasRemaining() || files.size() > MOST_SENT) {
            throw new IllegalArgumentException("%d files with %d bytes (expected: at most %d with at least 1 byte)"
                    .formatted(files.size(), payload.remaining(), MOST_SENT));
        }
        control.clear();
        if (files.isEmpty()) {
            control.limit(0);
        } else {
            ControlMessages.write(
                    control,
                    Sockets.SOL_SOCKET,
                    SCM_RIGHTS,
                    files.stream().mapToInt(Descriptor::number).toArray());
        }
        int sent;
        do {
            sent = Sockets.sendMessage(socket, payload, control, Sockets.MSG_NOSIGNAL | Sockets.MSG_DONTWAIT);
        } while (sent == -Errno.EINTR.code());
        if (sent == -Errno.EAGAIN.code()) {
            return AGAIN;
        }
        KernelRefused.check(sent, () -> "send %d files on socket %d".formatted(files.size(), socket));
        payload.position(payload.position() + sent);
        return sent;
    }
}
