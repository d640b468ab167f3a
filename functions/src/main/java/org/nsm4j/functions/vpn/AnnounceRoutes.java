package org.nsm4j.functions.vpn;

import java.util.LinkedHashSet;
import java.util.List;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;

/**
 * Gives the client the routes to the company's prefixes; the next hop is the gateway's address on the wire.
 *
 * <p>Place: behind the addresses.
 */
@Does("gives the client the routes to the company's prefixes")
final class AnnounceRoutes implements Element {
    private final List<Context.Route> routes;

    AnnounceRoutes(List<Cidr> prefixes) {
        this.routes = prefixes.stream().map(Context.Route::to).toList();
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return rest.request(call.with(connection -> connection.withContext(context -> {
            var all = new LinkedHashSet<>(context.ip().srcRoutes());
            all.addAll(routes);
            return context.withIp(
                    context.ip().withRoutes(List.copyOf(all), context.ip().dstRoutes()));
        })));
    }
}
