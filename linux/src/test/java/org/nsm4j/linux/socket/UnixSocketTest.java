package org.nsm4j.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;
import org.nsm4j.linux.netns.Namespaces;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.netns.OpenNetns;
import org.nsm4j.linux.process.PidFd;

/** Descriptors and credentials that travel over unix sockets, and sockets of another namespace. */
@Tag("kernel")
final class UnixSocketTest {
    @RegisterExtension
    final Namespaces namespaces = new Namespaces();

    @TempDir
    Path folder;

    private final int[] pair = new int[2];
    private final DescriptorStream sender;
    private final DescriptorStream receiver;

    private UnixSocketTest() {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        KernelRefused.check(Sockets.socketpair(Sockets.AF_UNIX, type, pair), () -> "make a pair of sockets");
        sender = new DescriptorStream(pair[0]);
        receiver = new DescriptorStream(pair[1]);
    }

    @AfterEach
    void closePair() {
        Libc.close(pair[0]);
        Libc.close(pair[1]);
    }

    @Test
    void a_file_that_was_sent_is_the_same_file_on_the_other_side() throws IOException {
        Path file = Files.writeString(folder.resolve("note"), "hello");
        List<Descriptor> received = new ArrayList<>();
        try (Descriptor open = open(file)) {
            sender.send(bytes("take this"), List.of(open, open));
            ByteBuffer payload = ByteBuffer.allocateDirect(64);

            assertThat(receiver.receive(payload, received::add)).isEqualTo(9);

            assertThat(text(payload)).isEqualTo("take this");
            assertThat(received).hasSize(2);
            for (Descriptor descriptor : received) {
                assertThat(descriptor.number()).isNotEqualTo(open.number());
                assertThat(Libc.identity(descriptor.number())).isNotNull().isEqualTo(Libc.identity(open.number()));
                assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + descriptor.number())))
                        .as("closed on exec: O_CLOEXEC is octal 2000000")
                        .containsPattern("flags:\\s+02\\d{6}");
                descriptor.close();
            }
        }
    }

    @Test
    void bytes_without_files_come_without_files() {
        ByteBuffer payload = ByteBuffer.allocateDirect(64);
        assertThat(receiver.receive(payload, UnixSocketTest::unexpected)).isEqualTo(DescriptorStream.AGAIN);
        sender.send(bytes("plain"), List.of());
        assertThat(receiver.receive(payload, UnixSocketTest::unexpected)).isEqualTo(5);
    }

    @Test
    void each_write_brings_its_own_files_however_much_is_read_at_once() {
        List<Descriptor> received = new ArrayList<>();
        try (FileHandle first = FileHandle.at("/proc/self/ns/net");
                FileHandle second = FileHandle.at(folder.toString())) {
            sender.send(bytes("first"), List.of(first.descriptor()));
            sender.send(bytes("second"), List.of(second.descriptor()));
            ByteBuffer payload = ByteBuffer.allocateDirect(64);

            assertThat(receiver.receive(payload, received::add)).isEqualTo(5);
            assertThat(receiver.receive(payload, received::add)).isEqualTo(6);

            try (FileHandle one = FileHandle.owning(received.get(0));
                    FileHandle other = FileHandle.owning(received.get(1))) {
                assertThat(one.identity()).isEqualTo(first.identity());
                assertThat(one.isNamespace()).isTrue();
                assertThat(one.isSocket()).isFalse();
                assertThat(other.identity()).isEqualTo(second.identity());
                assertThat(other.isNamespace()).isFalse();
            }
        }
    }

    @Test
    void a_full_socket_takes_neither_bytes_nor_files() {
        while (sender.send(ByteBuffer.allocateDirect(1 << 16), List.of()) != DescriptorStream.AGAIN) {
            // until it is full
        }
        try (FileHandle file = FileHandle.at("/proc/self/ns/net")) {
            assertThat(sender.send(bytes("late"), List.of(file.descriptor()))).isEqualTo(DescriptorStream.AGAIN);
        }
    }

    @Test
    void files_without_a_byte_to_travel_with_are_refused() {
        try (FileHandle file = FileHandle.at("/")) {
            assertThatThrownBy(() -> sender.send(ByteBuffer.allocateDirect(0), List.of(file.descriptor())))
                    .hasMessage("1 files with 0 bytes (expected: at most 64 with at least 1 byte)");
        }
    }

    private static void unexpected(Descriptor descriptor) {
        descriptor.close();
        throw new AssertionError("a file came");
    }

    @Test
    void the_peer_is_known_by_number_user_and_a_descriptor_of_its_process() {
        UnixPeer peer = UnixPeer.of(pair[0]);

        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isZero();
        try (PidFd process = UnixPeer.pidFd(pair[0])) {
            assertThat(process.isAlive()).isTrue();
            assertThat(process.pid()).isEqualTo(peer.pid());
        }
        try (Descriptor file = open(Path.of("/proc/self/status"))) {
            assertThatThrownBy(() -> UnixPeer.of(file.number())).hasMessageContaining("ENOTSOCK");
        }
    }

    @Test
    void a_udp_socket_of_another_namespace_speaks_there_and_not_here() throws IOException {
        Netns netns = namespaces.create("udp");
        Namespaces.ip(netns, "link set lo up");
        Namespaces.ip(netns, "addr add 10.66.0.1/32 dev lo");
        InetSocketAddress inside = new InetSocketAddress(InetAddress.ofLiteral("10.66.0.1"), 0);
        try (OpenNetns open = netns.open();
                DatagramChannel receiver = ChannelsInside.datagram(open);
                DatagramChannel sender = ChannelsInside.datagram(open);
                DatagramChannel outside = DatagramChannel.open(StandardProtocolFamily.INET)) {
            receiver.bind(inside);
            sender.send(bytes("ping"), receiver.getLocalAddress());
            ByteBuffer got = ByteBuffer.allocateDirect(16);
            receiver.receive(got);

            assertThat(text(got)).isEqualTo("ping");
            assertThatThrownBy(() -> outside.bind(inside)).isInstanceOf(IOException.class);
        }
    }

    private static Descriptor open(Path file) {
        int fd = Libc.open(file.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
        return Descriptor.owning(KernelRefused.check(fd, () -> "open " + file));
    }

    private static ByteBuffer bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    }
}
