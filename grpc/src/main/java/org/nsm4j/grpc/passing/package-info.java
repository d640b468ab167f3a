/**
 * Files that travel among the bytes of a connection, as upstream's programs send them: a workload's network namespace, an
 * endpoint's socket ({@code SCM_RIGHTS}, wire §8).
 *
 * <p>Start here: {@link org.nsm4j.grpc.passing.Passage}, then {@link org.nsm4j.grpc.passing.SentFiles} and {@link
 * org.nsm4j.grpc.passing.ReceivedFiles}; beneath is {@link org.nsm4j.grpc.passing.PassingChannel}.
 *
 * <p>Threading: channels live on their event loop; everything else may be called from any thread.
 */
@NullMarked
package org.nsm4j.grpc.passing;

import org.jspecify.annotations.NullMarked;
