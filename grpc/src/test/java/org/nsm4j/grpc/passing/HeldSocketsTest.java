package org.nsm4j.grpc.passing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.linux.socket.FileHandle;

/** Sockets of endpoints, real ones. */
class HeldSocketsTest {
    @TempDir
    Path folder;

    private final HeldSockets sockets = new HeldSockets();
    private ServerSocketChannel server;
    private Path path;
    private String url;

    @BeforeAll
    static void load() {
        Epoll.ensureAvailability();
    }

    @BeforeEach
    void listen() throws IOException {
        path = folder.resolve("ep.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        try (var file = FileHandle.at(path.toString())) {
            url = InodeUrl.of(file.identity()).toString();
        }
    }

    @AfterEach
    void close() throws IOException {
        sockets.close();
        server.close();
        assertThat(open()).as("descriptors of the socket's file").isZero();
    }

    private void hold(String name) {
        sockets.hold(name, url, FileHandle.at(path.toString()));
    }

    private long open() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(this::isSocketFile).count();
        }
    }

    private boolean isSocketFile(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith(path.toString());
        } catch (IOException e) {
            return false; // the one by which the folder is read
        }
    }

    private void connect() throws IOException {
        var socket = Socket.newSocketDomain();
        try {
            ((HeldSockets.Address) sockets.address(url)).connect(socket.intValue());
        } finally {
            socket.close();
        }
    }

    @Test
    void a_socket_is_reached_though_its_path_leads_nowhere_any_more() throws IOException {
        hold("ep-1");
        Files.delete(path);
        connect();
        assertThat(sockets.holds("ep-1", url)).isTrue();
    }

    @Test
    void two_names_hold_one_socket_until_the_last_of_them_lets_go() throws IOException {
        hold("ep-1");
        assertThat(sockets.share("ep-2", url)).isTrue();
        hold("ep-3");
        assertThat(sockets.size()).isEqualTo(1);
        assertThat(open()).isEqualTo(1);
        sockets.release("ep-1");
        sockets.release("ep-3");
        connect();
        sockets.release("ep-2");
        assertThat(sockets.has(url)).isFalse();
        assertThat(open()).isZero();
    }

    @Test
    void what_is_not_held_cannot_be_shared_or_reached() {
        assertThat(sockets.share("ep-1", url)).isFalse();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class).hasMessageContaining("has ended");
    }

    @Test
    void a_dead_socket_is_let_go_by_the_first_who_cannot_connect() throws IOException {
        hold("ep-1");
        sockets.share("ep-2", url);
        server.close();
        assertThatThrownBy(this::connect)
                .isInstanceOf(ConnectException.class)
                .hasMessage("nobody listens at the socket of ep-1, ep-2");
        assertThat(sockets.size()).isZero();
    }

    @Test
    void the_one_longest_unheard_of_makes_room() {
        hold("first");
        for (int i = 1; i < HeldSockets.MOST; i++) {
            sockets.share("ep-" + i, url);
        }
        sockets.share("first", url); // heard of again
        sockets.share("one too many", url);
        assertThat(sockets.holds("ep-1", url)).isFalse();
        assertThat(sockets.holds("first", url)).isTrue();
        assertThat(sockets.holds("one too many", url)).isTrue();
    }
}
