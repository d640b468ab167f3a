package org.nsm4j.linux.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.process.PidFd;

/**
 * Who connected to a unix socket, as the kernel noted at that moment ({@code SO_PEERCRED}). The process may be gone and its
 * number another's: facts about it come from {@link #pidFd}.
 *
 * @param pid as this process sees it; 0 where it is in no pid namespace below this one's
 * @param uid as this process sees it; 65534 where its user namespace does not map it
 * @param gid likewise
 */
public record UnixPeer(int pid, int uid, int gid) {
    /** The number that stands for every user whom a user namespace does not map. */
    public static final int UNMAPPED = 65534;

    /**
     * Reads who is at the other end.
     *
     * @param socket descriptor of a connected unix socket
     */
    public static UnixPeer of(int socket) {
        ByteBuffer credentials = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
        KernelRefused.check(
                Sockets.getOption(socket, Sockets.SOL_SOCKET, Sockets.SO_PEERCRED, credentials),
                () -> "read the peer's credentials of socket " + socket);
        return new UnixPeer(credentials.getInt(0), credentials.getInt(4), credentials.getInt(8));
    }

    /**
     * A descriptor of the process at the other end that no reuse of its number can mislead ({@code SO_PEERPIDFD}).
     *
     * @throws KernelRefused ENOPROTOOPT before Linux 6.5; ESRCH or EINVAL where the process has gone
     */
    public static PidFd pidFd(int socket) {
        ByteBuffer number = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
        KernelRefused.check(
                Sockets.getOption(socket, Sockets.SOL_SOCKET, Sockets.SO_PEERPIDFD, number),
                () -> "open the peer's process of socket " + socket);
        return PidFd.owning(Descriptor.owning(number.getInt(0)));
    }
}
