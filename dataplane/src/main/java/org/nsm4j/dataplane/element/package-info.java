/**
 * The forwarder's elements: which mechanism each leg uses, and the wire between them.
 *
 * <p>Start here: {@link org.nsm4j.dataplane.element.OfferMechanisms}, {@link org.nsm4j.dataplane.element.PlugWire}.
 *
 * <p>Threads: as every element.
 */
@NullMarked
package org.nsm4j.dataplane.element;

import org.jspecify.annotations.NullMarked;
