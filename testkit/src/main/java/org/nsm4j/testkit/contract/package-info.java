/**
 * What every element of a chain has to keep to, as a suite that runs over any of them.
 *
 * <p>Start here: {@link org.nsm4j.testkit.contract.ElementContract}.
 *
 * <p>Threads: each check runs in a simulated world of its own.
 */
@NullMarked
package org.nsm4j.testkit.contract;

import org.jspecify.annotations.NullMarked;
