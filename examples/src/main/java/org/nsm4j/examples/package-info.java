/**
 * Programs that show how the sdk is used; each is explained in a README below {@code examples/}.
 *
 * <p>Start here: {@link org.nsm4j.examples.HelloEndpoint}.
 *
 * <p>Threading: each is a program of its own; elements are called by many threads.
 */
@NullMarked
package org.nsm4j.examples;

import org.jspecify.annotations.NullMarked;
