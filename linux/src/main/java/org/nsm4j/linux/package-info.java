/**
 * Linux from Java without forking a program: what every package below shares about refusals of the kernel.
 *
 * <p>Start here: {@link org.nsm4j.linux.KernelRefused}, then {@code org.nsm4j.linux.net.Network}.
 *
 * <p>Threading: values are immutable and may go anywhere.
 */
@NullMarked
package org.nsm4j.linux;

import org.jspecify.annotations.NullMarked;
