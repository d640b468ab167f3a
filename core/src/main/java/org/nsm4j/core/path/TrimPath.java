package org.nsm4j.core.path;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;

/**
 * Drops what an earlier path left behind our own segment: an endpoint is where a path ends (behaviour E-6).
 *
 * <p>Place: in endpoints only, after whatever still wants to see the old tail.
 */
@Does("drops what an earlier path left behind this hop: the path ends here")
public final class TrimPath implements Element {
    @Override
    public Connection request(Call call, Rest rest) {
        var answer = rest.request(call);
        return answer.withPath(answer.path().trimmed());
    }
}
