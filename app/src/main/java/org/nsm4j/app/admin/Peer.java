package org.nsm4j.app.admin;

/**
 * Who is at the other end of the socket, as the kernel says (SO_PEERCRED).
 *
 * @param pid in this process's pid namespace; 0 where it is in another
 * @param uid user
 * @param gid first group
 */
public record Peer(int pid, int uid, int gid) {
    @Override
    public String toString() {
        return "uid=%d gid=%d pid=%d".formatted(uid, gid, pid);
    }
}
