package org.nsm4j.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleSocketsTest {
    private static ServerSocketChannel listen(Path file) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
    }

    @Test
    void what_a_killed_process_left_goes_and_what_is_listened_to_stays(@TempDir Path folder) throws IOException {
        var dead = folder.resolve("gw-17.sock");
        var other = folder.resolve("gw-b-17.sock");
        listen(dead).close();
        listen(other).close();
        try (var alive = listen(folder.resolve("gw-18.sock"))) {
            StaleSockets.remove(folder, "gw");
            assertThat(alive.isOpen()).isTrue();
            assertThat(folder.resolve("gw-18.sock")).exists();
        }
        assertThat(dead).doesNotExist();
        assertThat(other).exists();
        Files.delete(other);
    }
}
