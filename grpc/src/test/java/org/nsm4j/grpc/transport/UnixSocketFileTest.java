package org.nsm4j.grpc.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;

class UnixSocketFileTest {
    @TempDir
    private Path folder;

    private static ServerSocketChannel listen(Path at) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(at));
        return server;
    }

    @Test
    void appears_with_its_mode_in_a_folder_that_is_made() throws IOException {
        var place = folder.resolve("a/b/s.sock");
        var file = UnixSocketFile.prepare(place.toString());
        try (var _ = listen(file.temporary())) {
            assertThat(place).doesNotExist();
            file.publish(0640);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                    .isEqualTo("rw-r-----");
            assertThat(file.temporary()).doesNotExist();
        }
    }

    @Test
    void replaces_a_socket_that_nobody_listens_on() throws IOException {
        var place = folder.resolve("s.sock");
        listen(place).close();
        assertThat(place).exists();
        var file = UnixSocketFile.prepare(place.toString());
        try (var _ = listen(file.temporary())) {
            file.publish(0777);
            file.remove();
            assertThat(place).doesNotExist();
        }
    }

    @Test
    void refuses_a_place_where_a_program_listens() throws IOException {
        var place = folder.resolve("s.sock");
        try (var _ = listen(place)) {
            assertThatThrownBy(() -> UnixSocketFile.prepare(place.toString()))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.CONFLICT));
        }
    }

    @Test
    void leaves_alone_what_is_no_socket() throws IOException {
        var place = Files.writeString(folder.resolve("s.sock"), "precious");
        assertThatThrownBy(() -> UnixSocketFile.prepare(place.toString())).isInstanceOf(Refused.class);
        assertThat(place).hasContent("precious");
    }

    @Test
    void follows_no_symbolic_link() throws IOException {
        var elsewhere = folder.resolve("elsewhere.sock");
        listen(elsewhere).close();
        var place = Files.createSymbolicLink(folder.resolve("s.sock"), elsewhere);
        assertThatThrownBy(() -> UnixSocketFile.prepare(place.toString())).isInstanceOf(Refused.class);
        assertThat(place).isSymbolicLink();
        assertThat(elsewhere).exists();
    }

    @Test
    void removes_only_its_own_file() throws IOException {
        var place = folder.resolve("s.sock");
        var first = UnixSocketFile.prepare(place.toString());
        try (var one = listen(first.temporary())) {
            first.publish(0777);
            one.close();
            var second = UnixSocketFile.prepare(place.toString());
            try (var _ = listen(second.temporary())) {
                second.publish(0777);
                first.remove();
                assertThat(place).exists();
            }
        }
    }

    @Test
    void refuses_a_path_that_the_kernel_has_no_room_for() {
        assertThatThrownBy(() -> UnixSocketFile.prepare("/tmp/" + "x".repeat(100)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("at most 103 bytes");
        assertThatThrownBy(() -> UnixSocketFile.prepare("relative.sock")).isInstanceOf(Refused.class);
    }
}
