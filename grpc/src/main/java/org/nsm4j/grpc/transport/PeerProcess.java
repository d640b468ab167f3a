package org.nsm4j.grpc.transport;

import io.grpc.Attributes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.process.PidFd;
import org.nsm4j.linux.process.ProcessFacts;
import org.nsm4j.linux.socket.UnixPeer;

/**
 * The process at the other end of a unix socket, held for as long as the connection by a descriptor that no reuse of its
 * number can mislead.
 *
 * <p>Before Linux 6.5 the kernel does not give that descriptor; then it is opened by number at once. What is left is a
 * process that connects and ends, and whose number is given anew, before its connection is accepted.
 */
public final class PeerProcess implements AutoCloseable {
    /** The process that connected; absent on tcp. */
    public static final Attributes.Key<PeerProcess> PEER = Attributes.Key.create("org.nsm4j.peer-process");

    private final UnixPeer peer;
    private final @Nullable PidFd process;

    private PeerProcess(UnixPeer peer, @Nullable PidFd process) {
        this.peer = peer;
        this.process = process;
    }

    /**
     * Reads who is at the other end.
     *
     * @param socket descriptor of a connected unix socket
     * @throws KernelRefused where it is none, or none any more
     */
    public static PeerProcess of(int socket) {
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

    /** Its number as this process sees it; 0 where its pid namespace cannot be seen from here. */
    public int pid() {
        return peer.pid();
    }

    /** Its user when it connected; 65534 where that is not mapped here. */
    public int uid() {
        return peer.uid();
    }

    /** Its group when it connected; 65534 where that is not mapped here. */
    public int gid() {
        return peer.gid();
    }

    /** Whether that very process, and no other of its number, still lives and is still connected. */
    public boolean isAlive() {
        try {
            return process != null && process.isAlive();
        } catch (IllegalStateException e) {
            // closed together with the connection
            return false;
        }
    }

    /**
     * What the process is now, certainly read of that process and no later one with its number.
     *
     * @throws KernelRefused ESRCH where it has ended or has closed its connection, EACCES where this process may not look
     */
    public ProcessFacts facts() {
        return look(PidFd::facts);
    }

    /**
     * Whether that very process has a capability in this process's own user namespace now.
     *
     * @param capability its number ({@code capability.h})
     * @throws KernelRefused as {@link #facts()}
     */
    public boolean hasCapability(int capability) {
        return look(peerNow -> peerNow.hasCapability(capability));
    }

    private <T> T look(Function<PidFd, T> question) {
        try {
            if (process != null) {
                return question.apply(process);
            }
        } catch (IllegalStateException e) {
            // closed together with the connection
        }
        throw new KernelRefused("read the facts of process " + peer.pid(), Errno.ESRCH);
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
