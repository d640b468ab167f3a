package org.nsm4j.linux;

/** The error numbers of Linux that a program decides by; the numbers are the same on x86_64 and aarch64. */
public enum Errno {
    EPERM(1, "not permitted (expected: root, or the capability that the action needs)"),
    ENOENT(2, "no such file or object"),
    ESRCH(3, "no such process or object"),
    EINTR(4, "interrupted"),
    EIO(5, "input/output error"),
    ENXIO(6, "no such device or address"),
    E2BIG(7, "too long"),
    EBADF(9, "not an open file descriptor"),
    EAGAIN(11, "nothing there yet"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "in use"),
    EEXIST(17, "exists already"),
    EXDEV(18, "crosses a device or a limit of the kernel"),
    ENODEV(19, "no such device"),
    ENOTDIR(20, "not a directory"),
    EISDIR(21, "is a directory"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "the machine has too many open files (expected: a higher fs.file-max)"),
    EMFILE(24, "this process has too many open files (expected: a higher limit, ulimit -n or LimitNOFILE=)"),
    ENOTTY(25, "not the kind of file for this operation"),
    ENOSPC(28, "no space left"),
    EROFS(30, "read-only file system"),
    EPIPE(32, "the other side has closed"),
    ERANGE(34, "out of range"),
    ENAMETOOLONG(36, "name too long"),
    ENOSYS(38, "this kernel does not have the call"),
    ELOOP(40, "too many links on the way"),
    ENODATA(61, "no data"),
    ENOLINK(67, "the link is cut"),
    EPROTO(71, "protocol error"),
    EBADMSG(74, "not a message"),
    EOVERFLOW(75, "value too large"),
    ENOTSOCK(88, "not a socket"),
    EMSGSIZE(90, "message too long"),
    ENOPROTOOPT(92, "this kernel does not have the socket option"),
    EPROTONOSUPPORT(93, "this kernel does not have the protocol"),
    EOPNOTSUPP(95, "not supported by this kernel or object"),
    EAFNOSUPPORT(97, "this kernel does not have the address family"),
    EADDRINUSE(98, "address in use"),
    EADDRNOTAVAIL(99, "no such address here"),
    ENETDOWN(100, "network is down"),
    ENETUNREACH(101, "network is unreachable"),
    ECONNRESET(104, "connection reset"),
    ENOBUFS(105, "no buffer space; messages were lost"),
    ENOTCONN(107, "not connected"),
    ETIMEDOUT(110, "timed out"),
    ECONNREFUSED(111, "connection refused"),
    EHOSTUNREACH(113, "host is unreachable"),
    EALREADY(114, "already under way"),
    ESTALE(116, "the object is gone"),
    /** Any number without a name here; {@link KernelRefused#code()} has it. */
    OTHER(0, "error");

    private final int code;
    private final String meaning;

    Errno(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The number as in {@code errno.h}; 0 for {@link #OTHER}. */
    public int code() {
        return code;
    }

    /** What the number means, in a few words. */
    public String meaning() {
        return meaning;
    }

    /** The name for a positive error number. */
    public static Errno of(int code) {
        for (Errno errno : values()) {
            if (errno.code == code) {
                return errno;
            }
        }
        return OTHER;
    }
}
