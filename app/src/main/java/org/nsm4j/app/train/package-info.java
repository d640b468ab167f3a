/**
 * The training run of the AOT cache: what every start of {@code nsm} needs is done once while it is built, so that the JVM
 * finds it loaded, linked and profiled.
 *
 * <p>Start here: {@link org.nsm4j.app.train.TrainCommand}, {@link org.nsm4j.app.train.Rehearsal}.
 *
 * <p>Threads: as the roles that are rehearsed; the command itself runs on the main thread.
 */
@NullMarked
package org.nsm4j.app.train;

import org.jspecify.annotations.NullMarked;
