package org.nsm4j.grpc;

import java.util.Arrays;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Request;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.server.Requests;

/**
 * Measures one warm request over a unix socket, with and without TLS; both sides in this process.
 *
 * <pre>{@code java -cp … org.nsm4j.grpc.UnaryHop}</pre>
 */
public final class UnaryHop {
    private static final int ROUNDS = 20_000;

    private UnaryHop() {}

    public static void main(String[] arguments) throws Exception {
        try (var sides = new Sides()) {
            var authority = new TestAuthority("nsm.local");
            var plain = new GrpcHops(sides.plainClient())
                    .at(sides.serve(sides.plain().requests(new Echo())));
            var secure = new GrpcHops(sides.secureClient(new TestIdentity(authority.identity("/client"))))
                    .at(sides.serve(sides.secure(new TestIdentity(authority.identity("/manager")))
                            .requests(new Echo())));
            measure("warm-up plain", plain);
            measure("warm-up mtls", secure);
            for (int i = 0; i < 3; i++) {
                measure("plain", plain);
                measure("mtls", secure);
            }
        }
    }

    private static void measure(String name, Hop hop) throws InterruptedException {
        var times = new long[ROUNDS];
        var worker = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                hop.request(Sides.requestFor("vpn"), Sides.soon(), _ -> {});
                times[i] = System.nanoTime() - begin;
            }
        });
        worker.join();
        Arrays.sort(times);
        System.out.printf(
                "%-14s p50 %.3f ms  p99 %.3f ms%n", name, times[ROUNDS / 2] / 1e6, times[ROUNDS * 99 / 100] / 1e6);
    }

    private static final class Echo implements Requests {
        @Override
        public Connection request(Request request, Caller caller) {
            return request.connection();
        }

        @Override
        public void close(Connection connection, Caller caller) {}
    }
}
