/**
 * The settings of each role as records, and the binder that fills them from flags, environment and file.
 *
 * <p>Start here: {@link org.nsm4j.app.config.Binder}, {@link org.nsm4j.app.config.ManagerSettings}.
 *
 * <p>Threads: records are immutable; a {@link org.nsm4j.app.config.Binder} holds no state.
 */
@NullMarked
package org.nsm4j.app.config;

import org.jspecify.annotations.NullMarked;
