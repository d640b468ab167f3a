package org.nsm4j.linux.net;

/**
 * Something that happened to the configuration of a namespace. Where a record has {@code nsid}, it is the number of the
 * namespace in the listener's own, or {@link #OWN}.
 */
public sealed interface NetworkEvent {
    /** The listener's own namespace. */
    int OWN = -1;

    /** A link is new, or anything of it has changed. */
    record LinkChanged(int nsid, Link link) implements NetworkEvent {}

    /** A link is gone, deleted or moved to another namespace. */
    record LinkGone(int nsid, Link link) implements NetworkEvent {}

    /** An address is new or has changed. */
    record AddressChanged(int nsid, Address address) implements NetworkEvent {}

    /** An address is gone. */
    record AddressGone(int nsid, Address address) implements NetworkEvent {}

    /** A route is new or has changed. */
    record RouteChanged(int nsid, Route route) implements NetworkEvent {}

    /** A route was deleted. The kernel says nothing of IPv4 routes that went with their link or its being switched off. */
    record RouteGone(int nsid, Route route) implements NetworkEvent {}

    /** A namespace that had a number here has ended; the number may be given to another. */
    record NamespaceGone(int nsid) implements NetworkEvent {}

    /** Events were lost: list everything anew. */
    record Lost() implements NetworkEvent {}
}
