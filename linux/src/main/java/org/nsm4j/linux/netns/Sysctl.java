package org.nsm4j.linux.netns;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Buffers;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;

/**
 * The settings under {@code /proc/sys/net} of one namespace. The kernel shows those of the thread that opens the file, so
 * both functions run on the gate.
 */
public final class Sysctl {
    /** Parts between slashes, as {@code net/ipv4/conf/eth0.5/rp_filter}: a link's name may hold dots. */
    private static final Pattern KEY = Pattern.compile("net(/(?!\\.{1,2}(/|$))[^/\\s]{1,64})+");

    private Sysctl() {}

    /**
     * Reads a setting: {@code sysctl -n KEY} within that namespace.
     *
     * @param key with slashes, such as {@code net/ipv4/ip_forward}
     * @throws KernelRefused ENOENT where this kernel or namespace has no such setting
     */
    public static String read(OpenNetns netns, String key) {
        String file = file(key);
        try (Buffers.Lease lease = Buffers.borrow()) {
            ByteBuffer buffer = lease.buffer();
            netns.inside(() -> {
                String attempt = "read " + file + " in netns " + netns;
                try (Descriptor open = open(file, Libc.O_RDONLY, attempt)) {
                    return KernelRefused.check(Libc.read(open.number(), buffer), () -> attempt);
                }
            });
            return StandardCharsets.US_ASCII.decode(buffer.flip()).toString().strip();
        }
    }

    /**
     * Writes a setting: {@code sysctl -w KEY=VALUE} within that namespace.
     *
     * @throws KernelRefused ENOENT where there is no such setting, EROFS where {@code /proc/sys} is mounted read-only,
     *     EINVAL where the kernel does not take the value
     */
    public static void write(OpenNetns netns, String key, String value) {
        String file = file(key);
        try (Buffers.Lease lease = Buffers.borrow()) {
            ByteBuffer buffer = lease.buffer()
                    .put(value.getBytes(StandardCharsets.US_ASCII))
                    .flip();
            netns.inside(() -> {
                String attempt = "write " + value + " to " + file + " in netns " + netns;
                try (Descriptor open = open(file, Libc.O_WRONLY, attempt)) {
                    return KernelRefused.check(Libc.write(open.number(), buffer), () -> attempt);
                }
            });
        }
    }

    private static Descriptor open(String file, int flags, String attempt) {
        return Descriptor.owning(KernelRefused.check(Libc.open(file, flags | Libc.O_CLOEXEC), () -> attempt));
    }

    private static String file(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "setting: %s (expected: a path below net, such as net/ipv4/ip_forward)".formatted(key));
        }
        return "/proc/sys/" + key;
    }
}
