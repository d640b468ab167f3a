package org.nsm4j.linux.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * A link whose packets a program reads and writes: {@code ip tuntap add}. It goes when this is closed, unless it was made
 * persistent.
 */
public final class Tun implements AutoCloseable {
    /** Whether packets are IP packets or Ethernet frames. */
    public enum Mode {
        TUN(1),
        TAP(2);

        private final int flag;

        Mode(int flag) {
            this.flag = flag;
        }
    }

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final int NO_PACKET_INFORMATION = 0x1000;
    private static final int REQUEST_SIZE = 40;
    private static final int FLAGS_AT = 16;

    private final Descriptor descriptor;
    private final String name;

    private Tun(Descriptor descriptor, String name) {
        this.descriptor = descriptor;
        this.name = name;
    }

    /**
     * Makes the link in that namespace, or attaches to a persistent one of that name and mode.
     *
     * @throws KernelRefused EBUSY where a program is attached already, EINVAL where the name is taken by a link of another
     *     kind, ENOENT where there is no {@code /dev/net/tun}
     */
    public static Tun open(OpenNetns netns, Mode mode, String name) {
        LinkSettings.named(name);
        String attempt = "add " + mode.name().toLowerCase(Locale.ROOT) + " " + name + " in netns " + netns;
        // The link belongs to the namespace that the device file was opened in, not to that of the later calls.
        int fd = netns.inside(() -> Libc.open("/dev/net/tun", Libc.O_RDWR | Libc.O_CLOEXEC));
        Descriptor descriptor = Descriptor.owning(KernelRefused.check(fd, () -> attempt + ": open /dev/net/tun"));
        ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_SIZE).order(ByteOrder.nativeOrder());
        request.put(0, name.getBytes(StandardCharsets.UTF_8));
        request.putShort(FLAGS_AT, (short) (mode.flag | NO_PACKET_INFORMATION));
        int result = Libc.ioctl(fd, TUNSETIFF, request);
        if (result < 0) {
            descriptor.close();
            throw new KernelRefused(attempt, -result, "");
        }
        return new Tun(descriptor, name);
    }

    /** The name of the link. */
    public String name() {
        return name;
    }

    /** Whether the link stays when this is closed, and what is configured on it with it. */
    public void persistent(boolean stay) {
        KernelRefused.check(
                Libc.ioctl(descriptor.number(), TUNSETPERSIST, stay ? 1L : 0L), () -> "make " + name + " persistent");
    }

    /**
     * Reads one packet into a direct buffer from its position on; waits for one, for which it needs a platform thread.
     *
     * @return bytes of the packet
     */
    public int read(ByteBuffer into) {
        return KernelRefused.check(Libc.read(descriptor.number(), into), () -> "read from " + name);
    }

    /**
     * Sends one packet, the bytes between position and limit of a direct buffer.
     *
     * @return false where the link is down and the packet lost
     */
    public boolean write(ByteBuffer packet) {
        int result = Libc.write(descriptor.number(), packet);
        if (result == -Errno.EIO.code()) {
            return false;
        }
        KernelRefused.check(result, () -> "write to " + name);
        return true;
    }

    /** The descriptor's number, to hand to a program; this object stays the owner. */
    public int number() {
        return descriptor.number();
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
