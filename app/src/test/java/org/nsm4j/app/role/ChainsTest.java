package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.Watcher;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Wire;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.sdk.Parts;

/** The order of each role's elements, which is the program; who changes it changes it here too. */
class ChainsTest {
    private final Parts parts = Parts.open(new Nobody(), Duration.ofMinutes(10), Duration.ofSeconds(1));
    private final ConnectionTable connections = new ConnectionTable(parts.scheduler());
    private final Url manager = Url.parse("tcp://10.0.0.1:5001");
    private final ManagerChain.Traits traits =
            new ManagerChain.Traits("m", manager.toString(), "forwarder", Map.of(), List::of);
    private final RegistryStack.Registries registries = RegistryStack.ofManager(
            RegistryStack.Domain.at(Url.parse("tcp://10.0.0.9:5002"), parts), traits, RegistryRules.USUAL, parts);

    @AfterEach
    void close() {
        parts.close();
    }

    @Test
    void the_whole_manager() {
        var chain = ManagerChain.of(
                traits, connections, registries.knownServices(), registries.known(), new Metrics(), parts);
        assertThat(chain.describe()).isEqualTo("""
                        CountRequests
                        UpdatePath
                        LogEvents
                        UpdateToken
                        Authorize
                        ConnectionTable
                        KeepOwner
                        ReportTimes
                        ExpireStale
                        Monitor
                        NodeLabels
                        SelectForwarder
                        RelayEvents
                        CloseOnServiceChange
                        ExcludePrefixes
                        Dial
                        """);
    }

    @Test
    void the_whole_forwarder() {
        var plug =
                new PlugWire("n", new Unplugged(), new Vnis(bound -> 0), null, (place, side, call) -> {}, call -> "");
        var ledger = new WireLedger(Ledger.none(), parts.scheduler());
        var record = new RecordWire("n", ledger, id -> {}, parts.scheduler());
        var chain = ForwarderChain.of(
                "f",
                connections,
                new SelectEndpoint(registries.knownServices(), registries.known(), parts.scheduler()),
                new ForwarderChain.Wires(
                        new OfferMechanisms(null), record, new WatchWire(Watcher.BLIND), plug, url -> false),
                new Metrics(),
                parts);
        assertThat(chain.describe()).isEqualTo("""
                        CountRequests
                        UpdatePath
                        LogEvents
                        UpdateToken
                        Authorize
                        ConnectionTable
                        KeepOwner
                        ReportTimes
                        ExpireStale
                        Monitor
                        SelectEndpoint
                        RelayEvents
                        LimitMtu
                        OfferMechanisms
                        RecordWire
                        WatchWire
                        PlugWire
                        Dial
                        """);
    }

    /** A kernel that refuses everything. */
    private static final class Unplugged implements Plumbing {
        @Override
        public Plugged plug(Wire wire) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "no kernel");
        }
    }

    /** Somebody without an identity. */
    private static final class Nobody implements IdentitySource {
        @Override
        public Identity current() {
            throw new Refused(Refused.Reason.UNAVAILABLE, "no identity");
        }

        @Override
        public AutoCloseable onChange(Consumer<Identity> listener) {
            return () -> {};
        }

        @Override
        public void close() {}
    }
}
