/**
 * Finds out who is at the other end of a unix socket, and which identity the rules of {@code identity.yaml} give it.
 *
 * <p>Start here: {@link org.nsm4j.identity.attest.Attestor}, {@link org.nsm4j.identity.attest.RuleFile},
 * {@link org.nsm4j.identity.attest.Workload}.
 *
 * <p>Threads: every public method may be called from any task; reading facts blocks for microseconds, hashing an
 * executable for longer.
 */
@NullMarked
package org.nsm4j.identity.attest;

import org.jspecify.annotations.NullMarked;
