/**
 * What any program of the mesh may rely on from ours: the protocol's rules, tried by a peer that is not ours, over real
 * sockets, TLS and tokens, in this process; its wires exist on paper alone. Start here:
 * {@link org.nsm4j.app.conformance.ConnectionTest}, {@link org.nsm4j.app.conformance.Domain}. The part against foreign
 * programs is {@code ForeignProgramsTest} in {@code org.nsm4j.app.e2e}. Threading: each test class has a domain of its own,
 * and uses it from one thread.
 */
@NullMarked
package org.nsm4j.app.conformance;

import org.jspecify.annotations.NullMarked;
