package org.nsm4j.examples;

import org.nsm4j.sdk.Mesh;

/** An endpoint in Java: it provides the service {@code hello}, gives each client its addresses, and greets it. */
public final class HelloEndpoint {
    private HelloEndpoint() {}

    /** Serves until the process is told to end. */
    public static void main(String[] args) throws InterruptedException {
        try (var mesh = Mesh.fromEnvironment();
                var endpoint = mesh.endpoint("hello-1")
                        .provides("hello")
                        .addresses("172.16.9.0/24,fd00:9::/112")
                        .with((call, rest) -> {
                            var connection = rest.request(call);
                            System.out.println("hello, " + connection.id() + ": "
                                    + connection.context().ip().srcAddresses());
                            return connection;
                        })
                        .serve()) {
            Runtime.getRuntime().addShutdownHook(new Thread(endpoint::close));
            System.out.println("hello-1 serves");
            endpoint.awaitEnd();
        }
    }
}
