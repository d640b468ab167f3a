/**
 * Which services and endpoints exist: one interface, and its layers.
 *
 * <p>Start here: {@link org.nsm4j.core.registry.Registry}, {@link org.nsm4j.core.registry.Registration}.
 *
 * <p>Threads: every layer may be called by many tasks at once.
 */
@NullMarked
package org.nsm4j.core.registry;

import org.jspecify.annotations.NullMarked;
