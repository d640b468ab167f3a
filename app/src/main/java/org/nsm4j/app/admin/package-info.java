/**
 * The admin socket: what the {@code nsm} command may ask of the node that it runs on.
 *
 * <p>Start here: {@link org.nsm4j.app.admin.Admin}, {@link org.nsm4j.app.admin.AdminServer},
 * {@link org.nsm4j.app.admin.AdminClient}.
 *
 * <p>Threads: the server calls {@link org.nsm4j.app.admin.Admin} on one virtual thread for each call, several at once.
 */
@NullMarked
package org.nsm4j.app.admin;

import org.jspecify.annotations.NullMarked;
