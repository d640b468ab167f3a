package org.nsm4j.sdk;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sockets that former processes of an endpoint left when they were killed: nobody listens there any more. */
final class StaleSockets {
    private StaleSockets() {}

    /**
     * Removes those of a name. Whether somebody listens is tried, since a process's number may be of another container.
     *
     * @param name as the endpoint's files have it
     */
    static void remove(Path folder, String name) throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*.sock")) {
            for (var file : files) {
                var text = file.getFileName().toString();
                boolean ours = text.startsWith(name + "-")
                        && text.substring(name.length() + 1).matches("[0-9]{1,9}\\.sock");
                if (ours && !isListenedTo(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isListenedTo(Path file) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException e) {
            return false;
        }
    }
}
