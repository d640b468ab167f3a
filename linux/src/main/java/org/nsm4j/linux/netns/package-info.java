/**
 * Network namespaces: where they are found, who they are, and the one thread that enters them.
 *
 * <p>Start here: {@link org.nsm4j.linux.netns.Netns}, then {@link org.nsm4j.linux.netns.OpenNetns}.
 *
 * <p>Threading: a namespace belongs to an OS thread, and threads inherit it from the one that started them. Therefore only
 * the gate's own platform thread ever enters another namespace, does nothing but system calls there, and goes back.
 */
@NullMarked
package org.nsm4j.linux.netns;

import org.jspecify.annotations.NullMarked;
