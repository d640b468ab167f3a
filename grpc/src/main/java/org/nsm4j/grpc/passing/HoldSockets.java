package org.nsm4j.grpc.passing;

import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.PassedFiles;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Layer;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.socket.FileHandle;

/**
 * Keeps the sockets of endpoints that registered with them as files, for those who ask for these endpoints later (wire
 * §4.6).
 *
 * <p>Place: in managers, inside of what takes endpoints back when their time is up.
 */
public final class HoldSockets implements Layer<Endpoint> {
    private final HeldSockets sockets;
    private final Registry<Endpoint> rest;

    /** Holds them where those who dial and those who answer find them. */
    public HoldSockets(HeldSockets sockets, Registry<Endpoint> rest) {
        this.sockets = sockets;
        this.rest = rest;
    }

    @Override
    public Registry<Endpoint> rest() {
        return rest;
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        var name = registration.item().name();
        var url = registration.item().url();
        boolean wasHeld = sockets.holds(name, url);
        // before it is told: who hears of the endpoint may ask for its socket at once
        if (InodeUrl.isOne(url) && !sockets.share(name, url)) {
            sockets.hold(name, url, file(url, caller));
        }
        Registration<Endpoint> answer;
        try {
            answer = rest.register(registration, caller);
        } catch (RuntimeException e) {
            if (!wasHeld) {
                sockets.release(name);
            }
            throw e;
        }
        if (!InodeUrl.isOne(url)) {
            sockets.release(name);
        }
        return answer;
    }

    private static FileHandle file(String url, Caller caller) {
        var path = caller.files()
                .file(url)
                .flatMap(PassedFiles.File::path)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.INVALID,
                        "endpoint url: %s came without its socket (expected: passed over the same unix socket, or a URL that can be dialled)"
                                .formatted(url)));
        try {
            return FileHandle.at(path);
        } catch (KernelRefused e) {
            throw new Refused(Refused.Reason.NO_CAPACITY, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void unregister(Registration<Endpoint> registration, Caller caller) {
        rest.unregister(registration, caller);
        sockets.release(registration.item().name());
    }
}
