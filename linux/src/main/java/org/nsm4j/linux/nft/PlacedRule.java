package org.nsm4j.linux.nft;

/**
 * A rule as the kernel has it.
 *
 * @param chain name of its chain
 * @param handle the number to delete it by, unique within the table
 * @param comment what it is for, empty where it has none
 */
public record PlacedRule(String chain, long handle, String comment) {}
