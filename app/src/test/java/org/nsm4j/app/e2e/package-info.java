/**
 * The whole system as a user meets it: real {@code nsm} processes in network namespaces, and the kernel's state before and
 * after. Start here: {@link org.nsm4j.app.e2e.LocalConnectTest}, {@link org.nsm4j.app.e2e.Ground}. Threading: each test
 * class has a ground of its own, and uses it from one thread.
 */
@NullMarked
package org.nsm4j.app.e2e;

import org.jspecify.annotations.NullMarked;
