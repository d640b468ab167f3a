/**
 * What a wire is made of, and how the kernel is brought to have it: one veth pair on a node, one vxlan link between two.
 *
 * <p>Start here: {@link org.nsm4j.dataplane.wire.Wire}, {@link org.nsm4j.dataplane.wire.Plumbing}.
 *
 * <p>Threads: a wire is plugged by one task at a time, as its connection's turn has it; different wires at once.
 */
@NullMarked
package org.nsm4j.dataplane.wire;

import org.jspecify.annotations.NullMarked;
