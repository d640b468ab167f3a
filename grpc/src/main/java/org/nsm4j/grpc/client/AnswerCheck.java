package org.nsm4j.grpc.client;

import java.util.Optional;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Request;
import org.nsm4j.grpc.transport.PeerProcess;

/** Looks at an answer while its connection still tells who gave it. */
@FunctionalInterface
public interface AnswerCheck {
    /** Takes every answer. */
    AnswerCheck NONE = (asked, answer, files, answering) -> {};

    /**
     * Judges an answer.
     *
     * @param asked what was asked
     * @param answer with URLs as they were asked
     * @param files that came with the answer, among others
     * @param answering the process that listens at the other end of a unix socket; empty on tcp. It is open for the time
     *     of this call
     * @throws org.nsm4j.core.model.Refused where the answer is not to be taken
     */
    void check(Request asked, Connection answer, PassedFiles files, Optional<PeerProcess> answering);
}
