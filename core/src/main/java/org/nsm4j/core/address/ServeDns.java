package org.nsm4j.core.address;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;

/**
 * Tells the client which name servers answer for the names behind the wire (behaviour DN-1). What the request brings
 * stays.
 *
 * <p>Place: in endpoints, anywhere before the end.
 */
@Does("tells the client which name servers answer behind the wire")
public final class ServeDns implements Element {
    private final Supplier<List<Context.Dns>> servers;

    /** Announces name servers, asked for at each request. */
    public ServeDns(Supplier<List<Context.Dns>> servers) {
        this.servers = servers;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return rest.request(call.with(connection -> connection.withContext(context -> {
            var all = new LinkedHashSet<>(context.dns());
            all.addAll(servers.get());
            return context.withDns(List.copyOf(all));
        })));
    }
}
