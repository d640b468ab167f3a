/**
 * The nouns of the mesh as immutable records: connections and their paths, mechanisms, contexts, services, endpoints.
 *
 * <p>Start here: {@link org.nsm4j.core.model.Connection}, {@link org.nsm4j.core.model.Mechanism}, {@link org.nsm4j.core.model.Refused}.
 *
 * <p>Threads: everything here is immutable and may be shared freely.
 */
@NullMarked
package org.nsm4j.core.model;

import org.jspecify.annotations.NullMarked;
