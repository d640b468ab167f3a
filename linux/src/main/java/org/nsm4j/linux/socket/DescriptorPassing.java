package org.nsm4j.linux.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.ControlMessages;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Sockets;

/** Sends and receives open files over a unix socket ({@code SCM_RIGHTS}, {@code unix(7)}). */
public final class DescriptorPassing {
    /** The most that Linux takes in one message ({@code SCM_MAX_FD}). */
    public static final int MOST = 253;

    private static final int SCM_RIGHTS = 1;

    private DescriptorPassing() {}

    /**
     * What came.
     *
     * @param bytes how many; 0 where the other side has closed
     * @param descriptors the files that came along; the receiver closes them
     */
    public record Received(int bytes, List<Descriptor> descriptors) {}

    /**
     * Sends bytes with open files; the sender's own descriptors stay open.
     *
     * @param payload a direct buffer with at least one byte, without which a stream carries no files
     * @return how many bytes went; the files go with the first
     */
    public static int send(int socket, ByteBuffer payload, int... descriptors) {
        if (!payload.hasRemaining() || descriptors.length > MOST) {
            throw new IllegalArgumentException(
                    "%d descriptors with %d bytes (expected: at most %d with at least 1 byte)"
                            .formatted(descriptors.length, payload.remaining(), MOST));
        }
        ByteBuffer control = descriptors.length == 0
                ? ByteBuffer.allocateDirect(0)
                : ControlMessages.of(Sockets.SOL_SOCKET, SCM_RIGHTS, descriptors);
        int sent = KernelRefused.check(
                Sockets.sendMessage(socket, payload, control, Sockets.MSG_NOSIGNAL),
                () -> "send %d descriptors on socket %d".formatted(descriptors.length, socket));
        payload.position(payload.position() + sent);
        return sent;
    }

    /**
     * Receives bytes into a direct buffer, and whatever files come with them, closed on exec. Waits for them, unless the
     * socket is set not to.
     *
     * @throws KernelRefused EMFILE where files came that this process has no room for; none of them stays open
     */
    public static Received receive(int socket, ByteBuffer payload) {
        int size = ControlMessages.HEADER + 4 * MOST;
        ByteBuffer control = ByteBuffer.allocateDirect(size + 7 & ~7).order(ByteOrder.nativeOrder());
        int[] flags = {Sockets.MSG_CMSG_CLOEXEC};
        int bytes = KernelRefused.check(
                Sockets.receiveMessage(socket, payload, control, flags), () -> "receive on socket " + socket);
        payload.position(payload.position() + bytes);
        List<Descriptor> descriptors = new ArrayList<>();
        ControlMessages.forEach(control, (level, type, content) -> {
            for (int i = 0; level == Sockets.SOL_SOCKET && type == SCM_RIGHTS && i + 4 <= content.limit(); i += 4) {
                descriptors.add(Descriptor.owning(content.getInt(i)));
            }
        });
        if ((flags[0] & Sockets.MSG_CTRUNC) != 0) {
            descriptors.forEach(Descriptor::close);
            throw new KernelRefused("receive descriptors on socket " + socket, Errno.EMFILE);
        }
        return new Received(bytes, descriptors);
    }
}
