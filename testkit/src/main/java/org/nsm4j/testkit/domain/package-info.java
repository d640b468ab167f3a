/**
 * A whole domain in one JVM under a seed: clients, managers, forwarders, an endpoint and a registry on two nodes.
 *
 * <p>Start here: {@link org.nsm4j.testkit.domain.SimulatedDomain}, {@link org.nsm4j.testkit.domain.SimulatedNetwork}.
 *
 * <p>Threads: everything here runs as tasks of one simulated scheduler.
 */
@NullMarked
package org.nsm4j.testkit.domain;

import org.jspecify.annotations.NullMarked;
