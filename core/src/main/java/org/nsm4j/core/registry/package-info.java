/**
 * Which services and endpoints exist: one interface, a store in memory with a journal, and the layers around it.
 *
 * <p>Start here: {@link org.nsm4j.core.registry.Registry}, {@link org.nsm4j.core.registry.MemoryRegistry}, {@link org.nsm4j.core.registry.Layer}.
 *
 * <p>Threads: every layer may be called by many tasks at once; for one name, {@link org.nsm4j.core.registry.InTurn} lets one in.
 */
@NullMarked
package org.nsm4j.core.registry;

import org.jspecify.annotations.NullMarked;
