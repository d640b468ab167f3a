package org.nsm4j.app.role;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.nsm4j.app.admin.AccessRule;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminServer;
import org.nsm4j.app.admin.Peer;
import org.nsm4j.core.model.Url;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.server.ServerSettings;
import org.nsm4j.grpc.transport.PeerProcess;
import org.nsm4j.grpc.transport.Transport;

/** The socket by which people command a node; the kernel says who they are. */
final class AdminSocket implements AutoCloseable {
    private static final int ROOT_ALONE = 0600;
    private static final int ANYBODY_WHO_IS_ADMITTED = 0666;

    private final Transport transport;
    private final NsmServer server;

    private AdminSocket(Transport transport, NsmServer server) {
        this.transport = transport;
        this.server = server;
    }

    static AdminSocket open(Path socket, Admin admin, AccessRule rule) {
        var transport = new Transport(1);
        int mode = rule.equals(AccessRule.ROOT) ? ROOT_ALONE : ANYBODY_WHO_IS_ADMITTED;
        var server = NsmServer.insecure(transport)
                .settings(ServerSettings.USUAL.withSocketMode(mode))
                .service(() -> AdminServer.of(
                        admin,
                        rule,
                        call -> Optional.ofNullable(call.getAttributes().get(PeerProcess.PEER))
                                .map(peer -> new Peer(peer.pid(), peer.uid(), peer.gid()))))
                .listen(List.of(Url.unix(socket.toString())));
        return new AdminSocket(transport, server);
    }

    @Override
    public void close() {
        server.close();
        transport.close();
    }
}
