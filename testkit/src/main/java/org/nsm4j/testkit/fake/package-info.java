/**
 * Small fakes with behaviour of their own: a chain's end, other hops, a registry, a kernel.
 *
 * <p>Start here: {@link org.nsm4j.testkit.fake.FakeEnd}, {@link org.nsm4j.testkit.fake.FakeThing}.
 *
 * <p>Threads: each is for the tasks of one simulated scheduler, or for one thread.
 */
@NullMarked
package org.nsm4j.testkit.fake;

import org.jspecify.annotations.NullMarked;
