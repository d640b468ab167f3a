/**
 * Who may do what: upstream's policies as compiled rules, and the elements that ask them.
 *
 * <p>Start here: {@link org.nsm4j.core.policy.Rule}, {@link org.nsm4j.core.policy.PolicySet}, {@link org.nsm4j.core.policy.Authorize}.
 *
 * <p>Threads: everything may be used by many tasks at once; nothing here keeps state.
 */
@NullMarked
package org.nsm4j.core.policy;

import org.jspecify.annotations.NullMarked;
