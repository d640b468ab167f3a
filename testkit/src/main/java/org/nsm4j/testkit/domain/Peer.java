package org.nsm4j.testkit.domain;

import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.life.Events;

/**
 * What a process of the mesh serves.
 *
 * @param chain who asks for connections
 * @param events who watches them
 */
record Peer(Chain chain, Events events) {}
