/**
 * The public face for people who write a client or a network function in Java.
 *
 * <p>Start here: {@link org.nsm4j.sdk.Mesh}, {@link org.nsm4j.sdk.EndpointBuilder}, {@link org.nsm4j.sdk.MeshClient}.
 *
 * <p>Threads: everything here may be called from any thread; calls wait for their answer.
 */
@NullMarked
package org.nsm4j.sdk;

import org.jspecify.annotations.NullMarked;
