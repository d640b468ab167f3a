package org.nsm4j.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Buffers;
import org.nsm4j.linux.ffi.ControlMessages;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;

/** A netlink socket that hears what happens in its namespace, and in every namespace that has an nsid there. */
public final class NetlinkListener implements AutoCloseable {
    /** The nsid of what happens in the socket's own namespace. */
    public static final int OWN = -1;

    private static final int ADD_MEMBERSHIP = 1;
    private static final int LISTEN_ALL_NSID = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int QUEUE_BYTES = 4 * 1024 * 1024;
    private static final int CONTROL_SIZE = 64;

    private final Descriptor socket;
    private final Descriptor wake;
    private final String where;

    private NetlinkListener(Descriptor socket, Descriptor wake, String where) {
        this.socket = socket;
        this.wake = wake;
        this.where = where;
    }

    /** Takes what is heard, with the nsid of the namespace where it happened. */
    public interface Handler {
        void heard(int nsid, Message message);

        /** The kernel had more to say than the queue could hold: whatever is known must be listed anew. */
        void lost();
    }

    /**
     * Opens a listener in the namespace of the calling OS thread.
     *
     * @param where the namespace as it reads in error texts
     * @param groups numbers of the multicast groups, {@code RTNLGRP_*}
     */
    public static NetlinkListener open(String where, int... groups) {
        String attempt = "listen to links in netns " + where;
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        Descriptor socket = Descriptor.owning(
                KernelRefused.check(Sockets.socket(Sockets.AF_NETLINK, type, NetlinkSocket.ROUTE), () -> attempt));
        try {
            int fd = socket.number();
            // Without the privilege the queue stays small and loses sooner, which is told.
            Sockets.setOption(fd, Sockets.SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES);
            KernelRefused.check(Sockets.setOption(fd, NetlinkSocket.SOL_NETLINK, LISTEN_ALL_NSID, 1), () -> attempt);
            // Without an address of its own the socket counts as the kernel's, and the kernel does not tell itself.
            KernelRefused.check(Sockets.bind(fd, anyAddress()), () -> attempt);
            for (int group : groups) {
                KernelRefused.check(
                        Sockets.setOption(fd, NetlinkSocket.SOL_NETLINK, ADD_MEMBERSHIP, group), () -> attempt);
            }
            Descriptor wake = Descriptor.owning(KernelRefused.check(Libc.eventfd(), () -> attempt));
            return new NetlinkListener(socket, wake, where);
        } catch (KernelRefused e) {
            socket.close();
            throw e;
        }
    }

    /** {@code struct sockaddr_nl} that lets the kernel choose. */
    private static ByteBuffer anyAddress() {
        ByteBuffer address = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
        return address.putShort(0, (short) Sockets.AF_NETLINK);
    }

    /**
     * Waits for messages and hands them on, until {@link #stop}; for one platform thread.
     *
     * @throws KernelRefused where the socket fails
     */
    public void listen(Handler handler) {
        ByteBuffer control = ByteBuffer.allocateDirect(CONTROL_SIZE).order(ByteOrder.nativeOrder());
        try (Buffers.Lease lease = Buffers.borrow()) {
            while (true) {
                int ready = Libc.poll(-1, socket.number(), wake.number());
                if (ready > 0 && (ready & 2) != 0) {
                    return;
                }
                if (ready < 0) {
                    KernelRefused.check(ready, () -> "wait for events in netns " + where);
                }
                if (ready > 0) {
                    receive(handler, lease.buffer().clear(), control.clear());
                }
            }
        }
    }

    private void receive(Handler handler, ByteBuffer buffer, ByteBuffer control) {
        int length = Sockets.receiveMessage(socket.number(), buffer, control, new int[] {Sockets.MSG_DONTWAIT});
        if (length == -Errno.ENOBUFS.code()) {
            handler.lost();
            return;
        }
        if (length == -Errno.EAGAIN.code() || length == -Errno.EINTR.code()) {
            return;
        }
        KernelRefused.check(length, () -> "read events in netns " + where);
        int[] nsid = {OWN};
        ControlMessages.forEach(control, (level, type, content) -> {
            if (level == NetlinkSocket.SOL_NETLINK && type == LISTEN_ALL_NSID && content.limit() >= 4) {
                nsid[0] = content.getInt(0);
            }
        });
        Message.forEach(buffer.limit(length), message -> handler.heard(nsid[0], message));
    }

    /** Makes {@link #listen} return; from any thread. */
    public void stop() {
        ByteBuffer one = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        Libc.write(wake.number(), one.putLong(0, 1));
    }

    /** Only after {@link #listen} has returned. */
    @Override
    public void close() {
        socket.close();
        wake.close();
    }
}
