package org.nsm4j.app.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.nsm4j.core.model.Refused;

/** A node that keeps what it is told in memory. */
public final class FakeNode implements Admin {
    public final Map<String, Item> items = new TreeMap<>();
    public final CountDownLatch calledOff = new CountDownLatch(1);
    public final List<String> calls = new ArrayList<>();

    public final List<Leftover> leftovers = new ArrayList<>();
    public final List<Denial> denials = new ArrayList<>();

    /** Whom a close does not reach. */
    public String untold = "";

    @Override
    public ConnectionStatus connect(ConnectRequest request, Consumer<Step> progress) {
        if (request.url().contains("full")) {
            throw Refused.by("fwd-a", Refused.Reason.NO_ADDRESS, "prefix: 172.16.1.0/31 (expected: a free address)");
        }
        if (request.url().contains("bug")) {
            throw new IllegalStateException("oops");
        }
        if (request.url().contains("unknown")) {
            throw new Refused(Refused.Reason.NOT_FOUND, "service: \"vpn-gatewya\" is not registered");
        }
        progress.accept(new Step(1, "client → manager(node-a)", Duration.ofNanos(400_000)));
        if (request.url().contains("slow")) {
            waitForInterrupt();
        }
        progress.accept(new Step(2, "registry: " + request.url(), Duration.ofMillis(2)));
        var status = connection(request.name());
        items.put("connection/" + request.name(), new Item.OfConnection(status));
        return status;
    }

    private void waitForInterrupt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            calledOff.countDown();
            throw new Refused(Refused.Reason.CANCELLED, "called off", e);
        }
    }

    public static ConnectionStatus connection(String name) {
        return new ConnectionStatus(
                name,
                new ConnectionStatus.Wire("id-1", "vpn-gateway", "vpng-1", "IP", "UP", Map.of("app", "x")),
                new ConnectionStatus.Plug(
                        "app",
                        "nsm-1",
                        "KERNEL",
                        List.of("172.16.1.101/32"),
                        List.of("172.16.1.100/32"),
                        List.of("10.20.0.0/16 via 172.16.1.100"),
                        List.of("10.20.0.53"),
                        List.of("corp.example"),
                        1380),
                List.of(
                        new ConnectionStatus.Hop("app", "id-1", Instant.parse("2026-11-21T10:10:00Z")),
                        new ConnectionStatus.Hop("node-a", "id-2", null)),
                true,
                Instant.parse("2026-11-21T10:00:00Z"),
                ConnectionStatus.Health.GOOD);
    }

    @Override
    public String disconnect(String name) {
        if (items.remove("connection/" + name) == null) {
            throw new Refused(Refused.Reason.NOT_FOUND, "connection: \"%s\" is not there".formatted(name));
        }
        return untold;
    }

    @Override
    public List<Item> list(Item.Kind kind) {
        return items.values().stream().filter(item -> item.kind() == kind).toList();
    }

    @Override
    public void watch(Item.Kind kind, Consumer<Event> events) {
        list(kind).forEach(item -> events.accept(new Event(item, false)));
        list(kind).forEach(item -> events.accept(new Event(item, true)));
    }

    @Override
    public List<Outcome> apply(List<Item> applied) {
        applied.forEach(item -> items.put(item.kind() + "/" + item.name(), item));
        return applied.stream()
                .map(item -> item instanceof Item.OfService
                        ? new Outcome(item.name(), "created", List.of("rule 1 wants app=fierwall"))
                        : new Outcome(item.name(), "created"))
                .toList();
    }

    @Override
    public List<Outcome> delete(List<Item> deleted) {
        deleted.forEach(item -> items.remove(item.kind() + "/" + item.name()));
        return deleted.stream().map(item -> new Outcome(item.name(), "deleted")).toList();
    }

    @Override
    public Explanation explain(String service, Map<String, String> labels) {
        return new Explanation(
                "matches[0] applies to " + labels,
                List.of(
                        new Candidate("vpng-1", true, "first in turn"),
                        new Candidate("vpng-2", false, "lacks app=vpng")),
                List.of(new Candidate("node-a-forwarder", true, "it has p2p=true")),
                List.of("rule 2 leads nowhere"));
    }

    @Override
    public List<Denial> denials() {
        return List.copyOf(denials);
    }

    @Override
    public NodeReport status() {
        return new NodeReport(
                "node-a",
                "1.0",
                "spiffe://nsm.local/node/node-a",
                Instant.parse("2026-11-21T11:00:00Z"),
                Instant.parse("2026-11-21T10:00:00Z"),
                List.of(
                        new NodeReport.Part("registry", true, ""),
                        new NodeReport.Part("forwarder", false, "no identity")));
    }

    @Override
    public JoinToken createJoinToken(Duration life) {
        return new JoinToken("join-token-1", Instant.parse("2026-11-21T10:15:00Z"));
    }

    @Override
    public int drain(Duration timeout) {
        calls.add("drain " + timeout);
        return 3;
    }

    @Override
    public void undrain() {
        calls.add("undrain");
    }

    @Override
    public List<Leftover> audit() {
        return List.copyOf(leftovers);
    }

    @Override
    public void shutdown() {
        calls.add("shutdown");
    }
}
