package org.nsm4j.testkit.domain;

import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.testkit.schedule.SimulatedProcess;

/**
 * A process that runs: what a crash takes away.
 *
 * @param process its tasks
 * @param chain what it serves
 * @param table its connections
 */
record Role(SimulatedProcess process, Chain chain, ConnectionTable table) {}
