/**
 * Small fakes with behaviour for the tests of core, which testkit depends on and so cannot serve.
 *
 * <p>Start here: {@link org.nsm4j.core.fake.ManualScheduler}, {@link org.nsm4j.core.fake.FakeHops}.
 *
 * <p>Threads: the test's own.
 */
@NullMarked
package org.nsm4j.core.fake;

import org.jspecify.annotations.NullMarked;
