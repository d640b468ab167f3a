package org.nsm4j.identity.workload;

import org.jspecify.annotations.Nullable;
import org.nsm4j.identity.attest.Peer;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.process.PidFd;
import org.nsm4j.linux.socket.UnixPeer;

/**
 * Who connected, held for as long as the connection by a descriptor of the process.
 *
 * <p>Before Linux 6.5 the kernel does not give that descriptor; then it is opened by number at once. What is left is a
 * process that connects and ends, and whose number is given anew, before its connection is accepted.
 */
final class PeerProcess implements Peer, AutoCloseable {
    private final UnixPeer peer;
    private final @Nullable PidFd process;

    private PeerProcess(UnixPeer peer, @Nullable PidFd process) {
        this.peer = peer;
        this.process = process;
    }

    /** Reads who is at the other end of a connected socket. */
    static PeerProcess of(int socket) {
        var peer = UnixPeer.of(socket);
        return new PeerProcess(peer, peer.pid() > 0 ? process(socket, peer.pid()) : null);
    }

    private static @Nullable PidFd process(int socket, int pid) {
        try {
            return UnixPeer.pidFd(socket);
        } catch (KernelRefused e) {
            return e.is(Errno.ENOPROTOOPT) ? byNumber(pid) : null;
        }
    }

    private static @Nullable PidFd byNumber(int pid) {
        try {
            return PidFd.open(pid);
        } catch (KernelRefused e) {
            return null;
        }
    }

    @Override
    public int pid() {
        return peer.pid();
    }

    @Override
    public int uid() {
        return peer.uid();
    }

    @Override
    public boolean isAlive() {
        try {
            return process != null && process.isAlive();
        } catch (IllegalStateException e) {
            // Closed together with the connection.
            return false;
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
