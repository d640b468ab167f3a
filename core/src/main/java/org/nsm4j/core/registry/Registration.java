package org.nsm4j.core.registry;

/**
 * A thing on its way through the registries, with the tokens of the hops that it passed.
 *
 * @param item the service or endpoint
 * @param path the tokens
 */
public record Registration<T>(T item, TokenPath path) {
    /** A registration that starts here. */
    public static <T> Registration<T> of(T item) {
        return new Registration<>(item, TokenPath.EMPTY);
    }

    /** The same with a changed thing. */
    public Registration<T> with(T newItem) {
        return new Registration<>(newItem, path);
    }

    /** The same along another path. */
    public Registration<T> along(TokenPath newPath) {
        return new Registration<>(item, newPath);
    }
}
