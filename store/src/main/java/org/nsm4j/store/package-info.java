/**
 * The registry's durable store on one host: one SQLite file, readable with the {@code sqlite3} tool.
 *
 * <p>Start here: {@link org.nsm4j.store.SqliteStore}.
 *
 * <p>Threads: any may write; one thread of the store's own speaks to the file, and writes what waits in one transaction.
 */
@NullMarked
package org.nsm4j.store;

import org.jspecify.annotations.NullMarked;
