package org.nsm4j.app.install;

import java.nio.file.Path;

/**
 * The systemd unit of {@code nsm up}: as much as plugging wires needs, and no more.
 *
 * @param launcher the script that starts nsm
 * @param javaHome of the JDK that it is to use
 */
public record SystemdUnit(Path launcher, Path javaHome) {
    /** The file's text. */
    public String text() {
        return """
                [Unit]
                Description=Network Service Mesh node (nsm4j)
                After=network-online.target
                Wants=network-online.target

                [Service]
                Type=exec
                Environment=JAVA_HOME=%s
                ExecStart=%s up
                Restart=always
                RestartSec=1
                # 128 + SIGTERM: how a JVM ends when it is told to.
                SuccessExitStatus=143
                # wireguard-go runs in a session of its own and must outlive us; so do all wires.
                KillMode=process
                # The node closes its own folder (0700); the other is where upstream's programs look for a manager.
                StateDirectory=nsm networkservicemesh
                StateDirectoryMode=0755
                RuntimeDirectory=nsm
                RuntimeDirectoryMode=0755
                RuntimeDirectoryPreserve=yes
                ConfigurationDirectory=nsm
                UMask=0077
                LimitNOFILE=65536
                OOMScoreAdjust=-900

                # NET_ADMIN makes links, SYS_ADMIN enters namespaces, SYS_PTRACE finds the namespace and the program of a
                # workload by its pid, CHOWN and FOWNER give the sockets their group.
                CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE
                NoNewPrivileges=yes
                DevicePolicy=closed
                DeviceAllow=/dev/net/tun rw
                ProtectSystem=strict
                ProtectHome=read-only
                ProtectKernelModules=yes
                ProtectKernelLogs=yes
                ProtectClock=yes
                ProtectHostname=yes
                RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
                # Entering and probing network namespaces is the job; no other kind is touched.
                RestrictNamespaces=net
                RestrictRealtime=yes
                RestrictSUIDSGID=yes
                LockPersonality=yes
                SystemCallArchitectures=native
                # Not set, and why: ProtectKernelTunables (endpoints switch forwarding on), PrivateTmp (workloads may keep
                # their sockets in /tmp), MemoryDenyWriteExecute (the JVM compiles).

                [Install]
                WantedBy=multi-user.target
                """.formatted(javaHome, quoted(launcher));
    }

    /** A space in the path would end the command's name, a percent sign begin a specifier. */
    private static String quoted(Path path) {
        var text = path.toString().replace("%", "%%");
        return text.contains(" ") ? '"' + text + '"' : text;
    }
}
