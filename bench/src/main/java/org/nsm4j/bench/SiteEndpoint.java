package org.nsm4j.bench;

/**
 * An endpoint on a {@link Site}.
 *
 * @param service what it provides
 * @param name its own
 * @param pool addresses that it gives out
 * @param log what its log file is called, and the program itself
 */
record SiteEndpoint(String service, String name, String pool, String log) {}
