package org.nsm4j.grpc.passing;

import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.socket.FileHandle;

/**
 * What a passed file may be. Files travel outside of TLS and stand for whatever their sender could open, so each is looked
 * at before anything is done with it.
 */
public enum FileKind {
    /** A workload's namespace, in a mechanism's {@code inodeURL}. */
    NAMESPACE("a network namespace") {
        @Override
        boolean fits(FileHandle file) {
            return file.isNamespace();
        }
    },
    /** An endpoint's socket, as its URL. */
    SOCKET("a unix socket") {
        @Override
        boolean fits(FileHandle file) {
            return file.isSocket();
        }
    };

    private final String what;

    FileKind(String what) {
        this.what = what;
    }

    abstract boolean fits(FileHandle file);

    /**
     * The file, if it is of this kind.
     *
     * @throws Refused INVALID where it is not; then it is closed
     */
    public FileHandle checked(FileHandle file, InodeUrl url) {
        boolean fits = false;
        try {
            fits = fits(file);
        } catch (KernelRefused e) {
            // what cannot be looked at is none
        }
        if (!fits) {
            file.close();
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: the file that came is something else (expected: %s)".formatted(url, what));
        }
        return file;
    }
}
