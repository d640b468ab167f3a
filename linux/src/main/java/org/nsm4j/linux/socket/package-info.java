/**
 * Sockets that carry descriptors and credentials, and sockets that belong to another namespace.
 *
 * <p>Start here: {@link org.nsm4j.linux.socket.UnixPeer}, {@link org.nsm4j.linux.socket.DescriptorStream},
 * {@link org.nsm4j.linux.socket.ChannelsInside}, {@link org.nsm4j.linux.socket.Ping}.
 *
 * <p>Threading: every function may be called from any thread.
 */
@NullMarked
package org.nsm4j.linux.socket;

import org.jspecify.annotations.NullMarked;
