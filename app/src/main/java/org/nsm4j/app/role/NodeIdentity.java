package org.nsm4j.app.role;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.grpc.spiffe.WorkloadApiSource;
import org.nsm4j.grpc.transport.Transport;
import org.nsm4j.identity.attest.Attestor;
import org.nsm4j.identity.attest.RuleFile;
import org.nsm4j.identity.authority.Authority;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.NodeAuthority;
import org.nsm4j.identity.authority.RootAuthority;
import org.nsm4j.identity.join.JoinServer;
import org.nsm4j.identity.join.JoinToken;
import org.nsm4j.identity.join.Joiner;
import org.nsm4j.identity.join.Members;
import org.nsm4j.identity.workload.WorkloadApi;

/**
 * Who the parts of a node are, and who hands out identities to its workloads: an own authority on the domain's first host,
 * one signed by it on a host that joined, or a SPIRE agent where the settings name one.
 */
final class NodeIdentity implements AutoCloseable {
    private final NodeSettings settings;
    private final @Nullable Authority authority;
    private final @Nullable WorkloadApi workloads;
    private final @Nullable JoinServer joins;
    private final @Nullable IdentitySource foreign;

    private NodeIdentity(
            NodeSettings settings,
            @Nullable Authority authority,
            @Nullable WorkloadApi workloads,
            @Nullable JoinServer joins,
            @Nullable IdentitySource foreign) {
        this.settings = settings;
        this.authority = authority;
        this.workloads = workloads;
        this.joins = joins;
        this.foreign = foreign;
    }

    /**
     * Opens or makes the node's identity.
     *
     * @param node the node's name
     * @param address where other hosts reach this one; null where there are none
     */
    static NodeIdentity open(NodeSettings settings, String node, @Nullable InetAddress address, Scheduler scheduler) {
        if (settings.workloadApi().isPresent()) {
            var agent = new WorkloadApiSource(
                    settings.workloadApi().get().toString(), new Transport(1), WorkloadApiSource.FIRST);
            return new NodeIdentity(settings, null, null, null, agent);
        }
        var folder = settings.stateDir().resolve("identity");
        var lives = AuthoritySettings.STANDARD.withTrustDomain(settings.trustDomain());
        var authority = authority(settings, folder, lives, node, scheduler);
        var rules = rules(settings);
        var workloads = WorkloadApi.serve(
                settings.runDir().resolve("identity.sock"),
                authority,
                new Attestor(settings.trustDomain(), rules::rules),
                WorkloadApi.Limits.STANDARD);
        var joins = authority instanceof RootAuthority root && address != null
                ? JoinServer.start(
                        root, Members.open(folder, scheduler), new InetSocketAddress(address, settings.joinPort()))
                : null;
        return new NodeIdentity(settings, authority, workloads, joins, null);
    }

    private static Authority authority(
            NodeSettings settings, Path folder, AuthoritySettings lives, String node, Scheduler scheduler) {
        boolean joined = Files.exists(folder.resolve("membership.json"));
        if (joined) {
            return Joiner.reopen(folder, lives, scheduler);
        }
        if (settings.joinToken().isEmpty()) {
            return RootAuthority.open(folder, lives, scheduler);
        }
        return Joiner.join(folder, JoinToken.parse(settings.joinToken()), node, lives, scheduler);
    }

    private static RuleFile rules(NodeSettings settings) {
        if (Files.exists(settings.identityFile())) {
            return RuleFile.open(settings.identityFile());
        }
        var own = settings.stateDir().resolve("identity.yaml");
        var program = ProcessHandle.current().info().command().map(Path::of).orElse(Path.of("/proc/self/exe"));
        RuleFile.createStandard(own, List.of(program));
        return RuleFile.open(own);
    }

    /** The identity of a part of this process. */
    IdentitySource of(String node, String part) {
        if (authority == null) {
            return java.util.Objects.requireNonNull(foreign);
        }
        return authority.source(idOf(node, part));
    }

    /** What a part of this process is called. */
    SpiffeId idOf(String node, String part) {
        return new SpiffeId(settings.trustDomain(), "/node/" + node + "/" + part);
    }

    /** The registry of the domain's first host, where this one joined it. */
    Optional<Url> homeRegistry() {
        return authority instanceof NodeAuthority node
                ? Optional.of(registryAt(node.membership().home()))
                : Optional.empty();
    }

    private Url registryAt(String home) {
        return new Url("tcp", home.substring(0, home.lastIndexOf(':')) + ":" + settings.registryPort());
    }

    /** An invitation for another host. */
    JoinToken invite(InetAddress address, Duration life) {
        if (joins == null) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "join token: this host does not sign for the domain (expected: the domain's first host, with an "
                            + "address that others reach)");
        }
        var host = address.getHostAddress();
        var home = (host.contains(":") ? "[" + host + "]" : host) + ":" + joins.port();
        return joins.invite(home, life, Optional.empty());
    }

    @Override
    public void close() {
        if (joins != null) {
            joins.close();
        }
        if (workloads != null) {
            workloads.close();
        }
        if (authority != null) {
            authority.close();
        }
        if (foreign != null) {
            foreign.close();
        }
    }
}
