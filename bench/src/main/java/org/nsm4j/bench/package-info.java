/**
 * Benchmarks: ours and the bare kernel alternate in one run, as root, with real processes in network namespaces.
 *
 * <p>Start here: {@link org.nsm4j.bench.Bench}, {@link org.nsm4j.bench.Site}, {@link org.nsm4j.bench.SetupBench}.
 *
 * <p>Threads: each benchmark runs on the main thread, and on virtual threads where it asks for several things at once.
 */
@NullMarked
package org.nsm4j.bench;

import org.jspecify.annotations.NullMarked;
