/**
 * The C library by the foreign function interface, and the only place with memory segments, linkers and arenas.
 *
 * <p>Start here: {@link org.nsm4j.linux.ffi.Libc} and {@link org.nsm4j.linux.ffi.Sockets}; every call returns its result,
 * or the error number as a negative value. Buffers are direct {@link java.nio.ByteBuffer}s in native order.
 *
 * <p>Threading: every function may be called from any thread; a call that blocks holds its carrier if the thread is virtual.
 */
@NullMarked
package org.nsm4j.linux.ffi;

import org.jspecify.annotations.NullMarked;
