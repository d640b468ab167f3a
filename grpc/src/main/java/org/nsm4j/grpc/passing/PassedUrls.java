package org.nsm4j.grpc.passing;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Request;

/** Where in what goes over the wire the URLs are that may stand for files. */
public final class PassedUrls {
    private PassedUrls() {}

    /** A request with the {@code inodeURL} of each mechanism changed. */
    public static Request change(Request request, UnaryOperator<String> change) {
        return request.with(connection -> change(connection, change))
                .offering(request.preferences().stream()
                        .map(each -> change(each, change))
                        .toList());
    }

    /** A connection with the {@code inodeURL} of its mechanism changed. */
    public static Connection change(Connection connection, UnaryOperator<String> change) {
        var mechanism = connection.mechanism();
        return mechanism == null ? connection : connection.withMechanism(change(mechanism, change));
    }

    private static Mechanism change(Mechanism mechanism, UnaryOperator<String> change) {
        return mechanism
                .parameter(Mechanism.INODE_URL)
                .map(url -> {
                    var changed = change.apply(url);
                    return changed.equals(url) ? mechanism : mechanism.with(Mechanism.INODE_URL, changed);
                })
                .orElse(mechanism);
    }

    /** An endpoint with its URL changed. */
    public static Endpoint change(Endpoint endpoint, UnaryOperator<String> change) {
        return endpoint.at(change.apply(endpoint.url()));
    }

    /** The URLs in something, each once. */
    public static <T> Set<String> in(T thing, BiFunction<T, UnaryOperator<String>, T> change) {
        var urls = new LinkedHashSet<String>();
        var unused = change.apply(thing, url -> {
            urls.add(url);
            return url;
        });
        return urls;
    }
}
