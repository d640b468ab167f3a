package org.nsm4j.core.address;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;

/**
 * Tells every endpoint which prefixes the node's own networks use already, so that it hands out none of their
 * addresses (behaviour X-1).
 *
 * <p>Place: in managers, anywhere before the request leaves the node.
 */
@Does("tells endpoints which prefixes the node's own networks use")
public final class ExcludePrefixes implements Element {
    private final Supplier<List<Cidr>> configured;

    /**
     * Excludes prefixes.
     *
     * @param configured asked at each request, so that a changed file counts from the next one on
     */
    public ExcludePrefixes(Supplier<List<Cidr>> configured) {
        this.configured = configured;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var prefixes = PrefixSet.of(configured.get()).prefixes();
        return rest.request(call.with(connection -> connection.withContext(context -> {
            var all = new LinkedHashSet<>(context.ip().excluded());
            all.addAll(prefixes);
            return context.withIp(context.ip().withExcluded(List.copyOf(all)));
        })));
    }
}
