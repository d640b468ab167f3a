package org.nsm4j.grpc.passing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nsm4j.grpc.Sides.requestFor;
import static org.nsm4j.grpc.Sides.soon;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.Sides;
import org.nsm4j.grpc.TestAuthority;
import org.nsm4j.grpc.TestIdentity;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.linux.socket.DescriptorStream;
import org.nsm4j.linux.socket.FileHandle;

/** Files from whoever can reach the socket: they come before TLS has asked who that is. */
@Timeout(60)
class StrangersTest {
    private static final int ROUNDS = 40;

    private final Sides sides = new Sides();
    private final TestAuthority authority = new TestAuthority("nsm.local");

    @AfterEach
    void close() throws Exception {
        sides.close();
    }

    private static int open(Path file) {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.filter(each -> leadsTo(each, file)).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException e) {
            return false; // the one by which the folder is read
        }
    }

    private Url serve() {
        return sides.serve(
                sides.secure(new TestIdentity(authority.identity("/server"))).requests(new Requests() {
                    @Override
                    public Connection request(Request request, Caller caller) {
                        return request.connection();
                    }

                    @Override
                    public void close(Connection connection, Caller caller) {}
                }));
    }

    private void ask(Url url) {
        new GrpcHops(sides.secureClient(new TestIdentity(authority.identity("/client"))))
                .at(url)
                .request(requestFor("vpn"), soon(), _ -> {});
    }

    @Test
    void who_has_not_said_who_he_is_has_no_more_files_kept_than_one_write_brings() throws Exception {
        var url = serve();
        ask(url);
        var flooding = Files.createTempFile("flood", "");
        var socket = Socket.newSocketDomain();
        try (var file = FileHandle.at(flooding.toString())) {
            socket.connect(new DomainSocketAddress(url.rest()));
            var stream = new DescriptorStream(socket.intValue());
            var files = Collections.nCopies(DescriptorStream.MOST_SENT, file.descriptor());
            int sent = 0;
            // the first byte of a TLS record whose rest never comes
            for (int round = 0; round < ROUNDS; round++) {
                var bytes = ByteBuffer.allocateDirect(1).put(0, (byte) (round == 0 ? 22 : 3));
                while (stream.send(bytes, files) == DescriptorStream.AGAIN) {
                    ask(url); // meanwhile the server reads
                }
                sent += files.size();
                assertThat(open(flooding)).isLessThanOrEqualTo(1 + 2 * Passage.MOST_OF_STRANGERS);
            }
            assertThat(sent).isGreaterThan(10 * Passage.MOST_OF_STRANGERS);
        } finally {
            socket.close();
        }
        while (open(flooding) > 0) {
            ask(url); // until the server has heard that the stranger is gone
        }
        Files.delete(flooding);
    }

    @Test
    void a_call_whose_file_this_process_had_no_room_for_is_told_so_and_does_not_wait() throws Exception {
        var passage = new PassingChannel().passage();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var call = threads.submit(
                    () -> passage.receive(new InodeUrl(4, 17), Instant.now().plusSeconds(50)));
            while (!call.isDone()) {
                passage.lost(); // as often as it takes until the call waits
            }
            assertThatThrownBy(call::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_CAPACITY))
                    .hasMessageContaining("too many are open here");
        }
    }
}
