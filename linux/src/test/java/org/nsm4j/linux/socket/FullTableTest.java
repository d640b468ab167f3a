package org.nsm4j.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;

/** A process whose table of descriptors is full when files are sent to it; it is one of its own, for its limit is low. */
final class FullTableTest {
    @Test
    void bytes_arrive_without_the_files_there_is_no_room_for_and_the_loss_is_told_once() throws Exception {
        var java = ProcessHandle.current().info().command().orElse("java");
        var process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 256 && exec \"$@\"",
                        "sh",
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullTableTest.class.getName())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said.strip()).isEqualTo("4 bytes, 2 of 3 files, lost: true, then: false");
        assertThat(process.waitFor()).isZero();
    }

    /** Fills the table but for two places, and receives three files. */
    public static void main(String[] arguments) {
        var pair = new int[2];
        KernelRefused.check(
                Sockets.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, pair),
                () -> "make a pair of sockets");
        var receiver = new DescriptorStream(pair[1]);
        var came = new ArrayList<Descriptor>();
        var payload = ByteBuffer.allocateDirect(16);
        try (var file = FileHandle.at("/proc/self/ns/net")) {
            var sender = new DescriptorStream(pair[0]);
            sender.send(ByteBuffer.allocateDirect(4), List.of(file.descriptor()));
            receiver.receive(payload, Descriptor::close); // what is needed at the first call is loaded by now
            sender.send(ByteBuffer.allocateDirect(4), List.of(file.descriptor(), file.descriptor(), file.descriptor()));
            var filling = new ArrayList<Integer>();
            for (int fd = Libc.duplicate(pair[0]); fd >= 0; fd = Libc.duplicate(pair[0])) {
                filling.add(fd);
            }
            Libc.close(filling.removeLast());
            Libc.close(filling.removeLast());
            int bytes = receiver.receive(payload.clear(), came::add);
            boolean lost = receiver.hasLostFiles();
            boolean then = receiver.hasLostFiles();
            filling.forEach(Libc::close);
            System.out.println("%d bytes, %d of 3 files, lost: %b, then: %b".formatted(bytes, came.size(), lost, then));
        }
    }
}
