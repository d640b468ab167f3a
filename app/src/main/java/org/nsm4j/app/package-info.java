/**
 * The program {@code nsm}.
 *
 * <p>Start here: {@link org.nsm4j.app.Nsm}, {@link org.nsm4j.app.cli.Cli}.
 *
 * <p>Threads: {@code main} alone.
 */
@NullMarked
package org.nsm4j.app;

import org.jspecify.annotations.NullMarked;
