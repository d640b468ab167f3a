package org.nsm4j.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.policy.NamePattern;
import org.nsm4j.core.policy.PathSignatures;
import org.nsm4j.grpc.server.ServerSettings;
import org.nsm4j.sdk.Trust;

/** What every role that serves others is told about trust, and how much anybody may take; docs/trust.md explains. */
public record TrustSettings(
        @Setting(
                env = "NSM_PATH_SIGNATURES",
                preset = "SHOWN",
                means =
                        "which tokens of a path are checked beyond the neighbour's: OFF, SHOWN (those with certificates), REQUIRED (all)")
        PathSignatures pathSignatures,

        @Setting(
                env = "NSM_MONITOR_WATCHERS",
                preset = "",
                means = "SPIFFE ids, with * and **, that may watch everybody's connections")
        List<String> monitorWatchers,

        @Setting(
                env = "NSM_REGISTRATION_RULES",
                preset = "",
                means = "YAML file of who may register what; empty: everybody everything that is free")
        Optional<Path> registrationRules,

        @Setting(env = "NSM_MAX_CONNECTIONS", preset = "4096", min = 1, means = "connections at once at each address")
        int maxConnections,

        @Setting(
                env = "NSM_MAX_CONNECTIONS_PER_IDENTITY",
                preset = "2048",
                min = 1,
                means = "connections at once of one identity")
        int maxConnectionsPerIdentity,

        @Setting(
                env = "NSM_MAX_REQUESTS_PER_IDENTITY",
                preset = "1024",
                min = 1,
                means = "requests at once of one identity")
        int maxRequestsPerIdentity,

        @Setting(
                env = "NSM_MAX_STREAMS_PER_IDENTITY",
                preset = "4096",
                min = 1,
                means = "streams of events or registrations at once of one identity")
        int maxStreamsPerIdentity,

        @Setting(
                env = "NSM_MAX_CALLS_PER_CONNECTION",
                preset = "4096",
                min = 1,
                means = "calls at once on one connection")
        int maxCallsPerConnection,

        @Setting(env = "NSM_MAX_MESSAGE_BYTES", preset = "1048576", min = 1024, means = "largest message")
        int maxMessageBytes,

        @Setting(env = "NSM_MAX_HEADER_BYTES", preset = "131072", min = 1024, means = "largest header block")
        int maxHeaderBytes,

        @Setting(
                env = "NSM_PEER_PATIENCE",
                preset = "20s",
                means = "how long a peer may take for a handshake, a message it began, reading what it asked for")
        Duration peerPatience) {

    /** What a role is held to. */
    public Trust trust() {
        var limits = new ServerSettings(
                maxMessageBytes,
                maxHeaderBytes,
                maxCallsPerConnection,
                maxConnections,
                new ServerSettings.PerIdentity(
                        maxConnectionsPerIdentity, maxRequestsPerIdentity, maxStreamsPerIdentity),
                peerPatience,
                ServerSettings.USUAL.socketMode());
        return new Trust(
                pathSignatures, monitorWatchers.stream().map(NamePattern::new).toList(), limits);
    }
}
