package org.nsm4j.app.role;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nsm4j.app.observe.Metrics;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.dataplane.element.OfferMechanisms;
import org.nsm4j.dataplane.element.PlugWire;
import org.nsm4j.dataplane.element.RecordWire;
import org.nsm4j.dataplane.element.Vnis;
import org.nsm4j.dataplane.watch.WatchWire;
import org.nsm4j.dataplane.watch.Watcher;
import org.nsm4j.dataplane.wire.WireLedger;
import org.nsm4j.grpc.spiffe.Identity;
import org.nsm4j.grpc.spiffe.IdentitySource;
import org.nsm4j.sdk.Mesh;
import org.nsm4j.sdk.Parts;

/** The chains of the roles as they are composed, to be looked at: without identity, sockets or a kernel. */
final class PaperRoles implements AutoCloseable {
    private static final Url NOWHERE = Url.parse("unix:///nowhere");

    private final Parts parts = Parts.open(new Nobody(), Duration.ofMinutes(10), Duration.ofSeconds(1));
    private final ManagerChain.Traits traits =
            new ManagerChain.Traits("manager", NOWHERE.toString(), SelectForwarder.FORWARDER, Map.of(), List::of);
    private final RegistryStack.Registries registries =
            RegistryStack.ofManager(RegistryStack.Domain.at(NOWHERE, parts), traits, RegistryRules.USUAL, parts);

    /** Somebody without an identity. */
    private static final class Nobody implements IdentitySource {
        @Override
        public Identity current() {
            throw new Refused(Refused.Reason.UNAVAILABLE, "identity: there is none on paper");
        }

        @Override
        public AutoCloseable onChange(Consumer<Identity> listener) {
            return () -> {};
        }

        @Override
        public void close() {}
    }

    Chain manager() {
        return ManagerChain.of(
                traits,
                new ConnectionTable(parts.scheduler()),
                registries.knownServices(),
                registries.known(),
                new Metrics(),
                parts);
    }

    Chain forwarder() {
        var plug = new PlugWire(
                "node",
                wire -> {
                    throw new Refused(Refused.Reason.UNAVAILABLE, "kernel: there is none on paper");
                },
                new Vnis(_ -> 0),
                null,
                (_, _, _) -> {},
                _ -> "");
        var ledger = new WireLedger(Ledger.none(), parts.scheduler());
        var record = new RecordWire("node", ledger, _ -> {}, parts.scheduler());
        return ForwarderChain.of(
                "forwarder",
                new ConnectionTable(parts.scheduler()),
                new SelectEndpoint(registries.knownServices(), registries.known(), parts.scheduler()),
                new ForwarderChain.Wires(
                        new OfferMechanisms(null),
                        record,
                        new WatchWire(Watcher.BLIND),
                        plug,
                        _ -> false,
                        new Drain("node", parts.events(), parts.scheduler())),
                new Metrics(),
                parts);
    }

    /** The elements of a role. */
    List<Chain.Part> elements(String role) {
        var mesh = new Mesh(parts, NOWHERE, Path.of("/nowhere"));
        return switch (role) {
            case "manager" -> manager().parts();
            case "forwarder" -> forwarder().parts();
            case "client" -> mesh.client("client").elements();
            case "endpoint" -> mesh.endpoint("endpoint").elements();
            default -> throw new IllegalArgumentException("role: " + role);
        };
    }

    @Override
    public void close() {
        parts.close();
    }
}
