package org.nsm4j.core.registry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;

/**
 * What the layers have to know of the things that a registry keeps, so that each layer is written once.
 *
 * @param <T> the kind of thing
 */
public sealed interface Kind<T> permits EndpointKind, ServiceKind {
    /** Endpoints. */
    Kind<Endpoint> ENDPOINT = new EndpointKind();
    /** Network services. */
    Kind<NetworkService> SERVICE = new ServiceKind();

    /** What a thing of this kind is called in a sentence. */
    String word();

    /** The thing's name. */
    String name(T item);

    /** A thing of which only the name is known; as a query, that name, and with an empty name, everything. */
    T named(String name);

    /** The services that the thing provides; empty where that makes no sense. */
    List<String> services(T item);

    /**
     * Whether a thing fits a query, by upstream's rules (wire §4.2): what the query leaves empty stands for anything.
     */
    boolean fits(T query, T item);

    /** When the registration ends, where that was said. */
    Optional<Instant> expires(T item);

    /** The thing as it is asked to be registered again: the registry picks a new end. */
    T renewed(T item);

    /** SPIFFE ids of the hops that registered it, the first of which owns the name. */
    List<String> pathIds(T item);

    /** The same, registered by these hops. */
    T withPathIds(T item, List<String> pathIds);

    /**
     * Refuses what no registry should keep.
     *
     * @throws Refused with {@link Refused.Reason#INVALID}, naming the field and what would have been accepted
     */
    void validate(T item);
}
