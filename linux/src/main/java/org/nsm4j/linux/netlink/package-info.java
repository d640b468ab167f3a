/**
 * Netlink: messages, attributes, and a socket that sends several requests at once and checks the answer to each.
 *
 * <p>Start here: {@link org.nsm4j.linux.netlink.NetlinkSocket} and {@link org.nsm4j.linux.netlink.Request}.
 *
 * <p>Threading: a socket may be shared, exchanges on it take turns; writers and readers of messages belong to one thread.
 */
@NullMarked
package org.nsm4j.linux.netlink;

import org.jspecify.annotations.NullMarked;
