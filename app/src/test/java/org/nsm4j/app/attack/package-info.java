/**
 * Attacks on a domain, each of which must fail closed. docs/trust.md lists all of them, with the tests elsewhere.
 *
 * <p>Start here: {@link org.nsm4j.app.attack.Target}.
 */
@NullMarked
package org.nsm4j.app.attack;

import org.jspecify.annotations.NullMarked;
