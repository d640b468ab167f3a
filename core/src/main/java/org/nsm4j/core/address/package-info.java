/**
 * Who gets which address.
 *
 * <p>Start here: the elements of this package.
 *
 * <p>Threads: elements keep their state in what a connection holds, or guard it by the scheduler's turns.
 */
@NullMarked
package org.nsm4j.core.address;

import org.jspecify.annotations.NullMarked;
