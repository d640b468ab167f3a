package org.nsm4j.linux.process;

import java.nio.file.Path;
import java.util.List;

/**
 * What a process was at one moment.
 *
 * @param pid its number, as this process sees it
 * @param startTime when it started, in clock ticks since the machine did; with the number it is unique
 * @param uid effective user, as this process sees it
 * @param gid effective group
 * @param capabilities effective capabilities within its own user namespace, one bit each ({@code capability.h})
 * @param origin executable, cgroups and namespaces
 */
public record ProcessFacts(long pid, long startTime, int uid, int gid, long capabilities, Origin origin) {
    private static final int CAP_NET_ADMIN = 12;

    /**
     * Where a process comes from.
     *
     * @param executable its program, as a path in its own mount namespace; ends with " (deleted)" where the file has gone
     * @param cgroups its cgroups: one path under version 2, one for each hierarchy under version 1
     * @param userNamespace as the kernel names it, such as {@code user:[4026531837]}
     * @param netNamespace likewise
     * @param sameUserNamespace whether its user namespace is this process's
     */
    public record Origin(
            Path executable,
            List<String> cgroups,
            String userNamespace,
            String netNamespace,
            boolean sameUserNamespace) {
        public Origin {
            cgroups = List.copyOf(cgroups);
        }
    }

    /** Whether it may change the links of its own namespace, and so retarget a tunnel that lies in there. */
    public boolean canAdministerNetwork() {
        return (capabilities >>> CAP_NET_ADMIN & 1) == 1;
    }
}
