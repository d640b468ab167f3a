package org.nsm4j.app.config;

/** What an endpoint does with addresses that a request already holds. */
public enum IpamPolicy {
    /** Keeps them beside its own. */
    POLITE,
    /** Drops those that are not its own. */
    STRICT
}
