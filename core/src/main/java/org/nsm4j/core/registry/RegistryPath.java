package org.nsm4j.core.registry;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.path.Tokens;

/**
 * Writes the caller's token and ours into the registration's path, and both identities into the thing's path ids
 * (behaviour RG-18, wire §5.5; upstream's registry updatepath).
 *
 * <p>Place: first, for everything after it reads tokens and owners. A call of this very process starts the path here;
 * on its way between two roles of one process the path is left alone.
 */
public final class RegistryPath<T> implements Layer<T> {
    private final Kind<T> kind;
    private final Tokens tokens;
    private final TokenSubject subject;
    private final Registry<T> rest;

    /** Writes with tokens of this process. */
    public RegistryPath(Kind<T> kind, Tokens tokens, TokenSubject subject, Registry<T> rest) {
        this.kind = kind;
        this.tokens = tokens;
        this.subject = subject;
        this.rest = rest;
    }

    @Override
    public Registry<T> rest() {
        return rest;
    }

    @Override
    public Registration<T> register(Registration<T> registration, Caller caller) {
        var answer = rest.register(enter(registration, caller), caller);
        return answer.along(answer.path().at(registration.path().index()));
    }

    @Override
    public void unregister(Registration<T> registration, Caller caller) {
        rest.unregister(enter(registration, caller), caller);
    }

    private Registration<T> enter(Registration<T> registration, Caller caller) {
        var path = registration.path();
        if (caller.own()) {
            return path.tokens().isEmpty() ? started(registration) : registration;
        }
        var token = caller.token();
        var theirs = token == null ? "" : token.value();
        var ours = tokens.mint(caller.identity(), caller.shown()).value();
        if (path.tokens().isEmpty()) {
            path = new TokenPath(1, List.of(theirs, ours));
        } else if (path.index() >= path.tokens().size()) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "registration path index: %d (expected: less than the %d segments)"
                            .formatted(path.index(), path.tokens().size()));
        } else {
            path = path.with(path.index(), theirs).with(path.index() + 1, ours).at(path.index() + 1);
        }
        return identified(registration.along(path), path.index() - 1, theirs, ours);
    }

    private Registration<T> started(Registration<T> registration) {
        var ours = tokens.mint(null).value();
        return identified(registration.along(new TokenPath(0, List.of(ours))), 0, ours);
    }

    private Registration<T> identified(Registration<T> registration, int from, String... path) {
        var ids = new ArrayList<>(kind.pathIds(registration.item()));
        boolean anybody = false;
        for (int i = 0; i < path.length; i++) {
            var id = subject.of(path[i]);
            anybody |= id.isPresent();
            put(ids, from + i, id.map(Object::toString).orElse(""));
        }
        return anybody ? registration.with(kind.withPathIds(registration.item(), ids)) : registration;
    }

    private static void put(List<String> ids, int at, String id) {
        if (at < ids.size()) {
            ids.set(at, id);
        } else {
            ids.add(id);
        }
    }
}
