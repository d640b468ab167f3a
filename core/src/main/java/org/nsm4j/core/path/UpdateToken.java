package org.nsm4j.core.path;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Connection;

/**
 * Puts the caller's token, as it came with the call, into the previous segment, and a fresh one of our own, meant for
 * the caller, into ours (behaviour E-2).
 *
 * <p>Place: after the path upkeep, before anything that reads tokens.
 */
@Does("puts the caller's token into the path, and signs one of our own")
public final class UpdateToken implements Element {
    private final Tokens tokens;

    /** Mints own tokens with the given maker. */
    public UpdateToken(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        return rest.request(call.with(connection -> update(call, connection)));
    }

    @Override
    public void close(Call call, Rest rest) {
        rest.close(call.with(connection -> update(call, connection)));
    }

    private Connection update(Call call, Connection connection) {
        var path = connection.path();
        var token = call.caller().token();
        var previous = path.previous();
        if (previous.isPresent() && token != null) {
            path = path.with(path.index() - 1, previous.get().withToken(token.value(), token.expires()));
        }
        var current = path.current();
        if (current.isPresent() && !call.caller().own()) {
            var own = tokens.mint(call.caller().identity(), call.caller().shown());
            path = path.with(path.index(), current.get().withToken(own.value(), own.expires()));
        }
        return connection.withPath(path);
    }
}
