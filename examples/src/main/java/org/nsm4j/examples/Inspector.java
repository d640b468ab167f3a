package org.nsm4j.examples;

import org.nsm4j.sdk.Mesh;

/** A function in the middle of a chain, in Java: it says who passes through it, and leaves the forwarding to the kernel. */
public final class Inspector {
    private Inspector() {}

    /** Serves until the process is told to end. */
    public static void main(String[] args) throws InterruptedException {
        try (var mesh = Mesh.fromEnvironment();
                var function = mesh.endpoint("inspector-1")
                        .provides("secure")
                        .label("app", "inspector")
                        .registersServices(false)
                        .with((call, rest) -> {
                            var connection = rest.request(call);
                            System.out.println(
                                    "passes: " + connection.context().ip().srcAddresses() + " to "
                                            + connection.context().ip().dstAddresses());
                            return connection;
                        })
                        .passesOn()
                        .serve()) {
            Runtime.getRuntime().addShutdownHook(new Thread(function::close));
            function.awaitEnd();
        }
    }
}
