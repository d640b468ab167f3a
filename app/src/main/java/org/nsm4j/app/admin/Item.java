package org.nsm4j.app.admin;

import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;

/** One thing that is listed, watched or applied. */
public sealed interface Item {
    /** What can be listed. */
    enum Kind {
        /** Network services. */
        SERVICE,
        /** Endpoints. */
        ENDPOINT,
        /** Connections of workloads on this node. */
        CONNECTION,
        /** Nodes of the domain. */
        NODE
    }

    /** Of which kind. */
    Kind kind();

    /** Unique within its kind. */
    String name();

    /** A network service. */
    record OfService(NetworkService service) implements Item {
        @Override
        public Kind kind() {
            return Kind.SERVICE;
        }

        @Override
        public String name() {
            return service.name();
        }
    }

    /** An endpoint. */
    record OfEndpoint(Endpoint endpoint) implements Item {
        @Override
        public Kind kind() {
            return Kind.ENDPOINT;
        }

        @Override
        public String name() {
            return endpoint.name();
        }
    }

    /** A connection. */
    record OfConnection(ConnectionStatus connection) implements Item {
        @Override
        public Kind kind() {
            return Kind.CONNECTION;
        }

        @Override
        public String name() {
            return connection.name();
        }
    }

    /** A node. */
    record OfNode(NodeStatus node) implements Item {
        @Override
        public Kind kind() {
            return Kind.NODE;
        }

        @Override
        public String name() {
            return node.name();
        }
    }

    /** A connection that is to be there; applied and deleted, never listed. */
    record OfDeclaration(ConnectRequest request) implements Item {
        @Override
        public Kind kind() {
            return Kind.CONNECTION;
        }

        @Override
        public String name() {
            return request.name();
        }
    }
}
