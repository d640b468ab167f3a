package org.nsm4j.app.role;

import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.netns.Netns;

/**
 * The namespace of a workload, as a person named it. Names, paths and process numbers may lead to another namespace later;
 * the cookie tells.
 *
 * @param netns where it was found
 * @param cookie its own, unique since the machine was started
 */
record WorkloadPlace(Netns netns, long cookie) {
    /**
     * Finds a namespace.
     *
     * @throws Refused with NOT_FOUND where there is none, and with NOT_AUTHORIZED where it is the host's own without the
     *     request saying so
     */
    static WorkloadPlace find(ConnectRequest.Target target) {
        var netns = switch (target) {
            case ConnectRequest.Target.Named(var name) -> Netns.named(name);
            case ConnectRequest.Target.AtPath(var path) -> Netns.at(path);
            case ConnectRequest.Target.Pid(int pid) -> Netns.ofProcess(pid);
            case ConnectRequest.Target.Host() ->
                Netns.ofProcess(ProcessHandle.current().pid());
        };
        try (var open = netns.open();
                var own = Netns.node().open()) {
            if (!(target instanceof ConnectRequest.Target.Host) && open.sameAs(own)) {
                throw new Refused(
                        Refused.Reason.NOT_AUTHORIZED,
                        "network namespace: %s is this host's own (expected: a workload's; root may say --netns host)"
                                .formatted(netns));
            }
            return new WorkloadPlace(netns, open.cookie());
        } catch (KernelRefused e) {
            if (e.is(Errno.EMFILE, Errno.ENFILE)) {
                throw new Refused(Refused.Reason.NO_CAPACITY, String.valueOf(e.getMessage()), e);
            }
            throw new Refused(
                    Refused.Reason.NOT_FOUND,
                    "network namespace: %s: %s (expected: one that \"ip netns list\" shows, or a process that runs)"
                            .formatted(netns, e.getMessage()),
                    e);
        }
    }

    /** As people read it. */
    static String text(ConnectRequest.Target target) {
        return switch (target) {
            case ConnectRequest.Target.Named(var name) -> name;
            case ConnectRequest.Target.AtPath(var path) -> path.toString();
            case ConnectRequest.Target.Pid(int pid) -> "pid " + pid;
            case ConnectRequest.Target.Host() -> "host";
        };
    }
}
