/**
 * The {@code nsm} command: parsing, tables, exit codes. What a command does lies behind {@link org.nsm4j.app.admin.Admin}
 * and {@link org.nsm4j.app.cli.Roles}.
 *
 * <p>Start here: {@link org.nsm4j.app.cli.Cli}.
 *
 * <p>Threads: one command runs on one thread.
 */
@NullMarked
package org.nsm4j.app.cli;

import org.jspecify.annotations.NullMarked;
