package org.nsm4j.grpc.client;

import java.time.Instant;
import java.util.function.UnaryOperator;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.grpc.passing.FileKind;
import org.nsm4j.grpc.passing.InodeUrl;
import org.nsm4j.grpc.passing.Passage;
import org.nsm4j.grpc.passing.PassedUrls;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.passing.SentFiles;

/**
 * Endpoints that are registered with their socket as a file, and whose sockets are held once they are found (wire §4.6).
 *
 * @param isLocal whether the registry is on this machine
 */
record EndpointFiles(Passing passing, boolean isLocal) implements RemoteRegistry.Files<Endpoint> {
    @Override
    public Endpoint change(Endpoint item, UnaryOperator<String> urls) {
        return PassedUrls.change(item, urls);
    }

    @Override
    public SentFiles sent() {
        return new SentFiles(PassedFiles.NONE, isLocal && passing.paths());
    }

    @Override
    public void receive(Registry.Change<Endpoint> change, Passage passage, Instant deadline) {
        var name = change.item().name();
        var url = change.item().url();
        if (change.deleted() || !InodeUrl.isOne(url)) {
            passing.sockets().release(name);
        } else if (!passing.sockets().share(name, url)) {
            var inode = InodeUrl.parse(url);
            passing.sockets().hold(name, url, FileKind.SOCKET.checked(passage.receive(inode, deadline), inode));
        }
    }
}
