package org.nsm4j.app.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.ConnectRequest;
import org.nsm4j.app.admin.ConnectionStatus;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.admin.JoinToken;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.registry.Registration;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.select.Doubts;
import org.nsm4j.core.select.SelectForwarder;

/** What people ask of a node, done by its parts. */
final class NodeAdmin implements Admin {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration ASK = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMillis(100);

    private final Node node;
    private final Runnable end;

    /**
     * For a node.
     *
     * @param end ends its process
     */
    NodeAdmin(Node node, Runnable end) {
        this.node = node;
        this.end = end;
    }

    @Override
    public ConnectionStatus connect(ConnectRequest request, Consumer<Step> progress) {
        var named = request.name().isEmpty() ? named(request) : request;
        long start = node.scheduler().nanoTime();
        var answer = node.client().connect(named);
        var took = Duration.ofNanos(node.scheduler().nanoTime() - start);
        Steps.of(answer, took).forEach(progress);
        return node.client().status(named.name()).orElseThrow();
    }

    /** A name of the workload and the service, with a number where it is taken. */
    private ConnectRequest named(ConnectRequest request) {
        var target = switch (request.target()) {
            case ConnectRequest.Target.Named(var name) -> name;
            case ConnectRequest.Target.AtPath(var path) -> String.valueOf(path.getFileName());
            case ConnectRequest.Target.Pid(int pid) -> "pid" + pid;
            case ConnectRequest.Target.Host() -> "host";
        };
        int number = 0;
        while (node.client().status(target + "-" + number).isPresent()) {
            number++;
        }
        return new ConnectRequest(
                target + "-" + number,
                request.url(),
                request.target(),
                request.declared(),
                request.labels(),
                request.timeout());
    }

    @Override
    public String disconnect(String name) {
        return node.client().disconnect(name);
    }

    private Registry<NetworkService> services() {
        return node.manager().registries().services();
    }

    private Registry<Endpoint> endpoints() {
        return node.manager().registries().known();
    }

    private Caller self() {
        return Caller.selfUntil(node.scheduler().now().plus(ASK));
    }

    @Override
    public List<Item> list(Item.Kind kind) {
        var items = new ArrayList<Item>();
        switch (kind) {
            case SERVICE ->
                services().find(NetworkService.named(""), self()).forEach(each -> items.add(new Item.OfService(each)));
            case ENDPOINT ->
                endpoints().find(Endpoint.named(""), self()).stream()
                        .filter(each -> !each.isExpired(node.scheduler().now()))
                        .filter(each -> !each.services().contains(SelectForwarder.FORWARDER))
                        .forEach(each -> items.add(new Item.OfEndpoint(each)));
            case CONNECTION -> node.client().list().forEach(each -> items.add(new Item.OfConnection(each)));
            case NODE -> nodes().forEach(each -> items.add(new Item.OfNode(each)));
        }
        items.sort(java.util.Comparator.comparing(Item::name));
        return items;
    }

    /** A node is where a forwarder is registered. */
    private List<NodeStatus> nodes() {
        var all = endpoints().find(Endpoint.named(""), self());
        var nodes = new ArrayList<NodeStatus>();
        for (var forwarder : all) {
            if (!forwarder.services().contains(SelectForwarder.FORWARDER)
                    || forwarder.isExpired(node.scheduler().now())) {
                continue;
            }
            var labels = forwarder.labelsFor(SelectForwarder.FORWARDER);
            var name = labels.getOrDefault("nodeName", forwarder.name());
            boolean own = name.equals(node.name());
            int endpoints = (int) all.stream()
                    .filter(each -> !each.services().contains(SelectForwarder.FORWARDER))
                    .filter(each -> each.labels().values().stream().anyMatch(map -> name.equals(map.get("nodeName"))))
                    .count();
            nodes.add(new NodeStatus(
                    name,
                    own ? node.publicUrl() : forwarder.url(),
                    true,
                    own ? node.client().standing() : 0,
                    endpoints,
                    Duration.ZERO));
        }
        return nodes;
    }

    @Override
    public void watch(Item.Kind kind, Consumer<Event> events) {
        Map<String, Item> before = new TreeMap<>();
        while (!Thread.currentThread().isInterrupted()) {
            Map<String, Item> now = new TreeMap<>();
            list(kind).forEach(item -> now.put(item.name(), item));
            now.forEach((name, item) -> {
                if (!item.equals(before.get(name))) {
                    events.accept(new Event(item, false));
                }
            });
            before.forEach((name, item) -> {
                if (!now.containsKey(name)) {
                    events.accept(new Event(item, true));
                }
            });
            before.clear();
            before.putAll(now);
            node.scheduler().pause(LOOK);
        }
    }

    @Override
    public List<Outcome> apply(List<Item> items) {
        var outcomes = new ArrayList<Outcome>();
        for (var item : items) {
            outcomes.add(
                    switch (item) {
                        case Item.OfService(var service) -> apply(service);
                        case Item.OfEndpoint(var endpoint) -> apply(endpoint);
                        case Item.OfDeclaration(var request) ->
                            new Outcome(
                                    "connection/" + request.name(),
                                    node.client().declare(request) ? "created" : "unchanged");
                        case Item.OfConnection c -> throw notApplied(c);
                        case Item.OfNode n -> throw notApplied(n);
                    });
        }
        return outcomes;
    }

    private Outcome apply(NetworkService service) {
        var before = services().find(NetworkService.named(service.name()), self());
        services().register(Registration.of(service), self());
        boolean same = !before.isEmpty()
                && before.getFirst().matches().equals(service.matches())
                && (service.payload().isNone() || before.getFirst().payload().equals(service.payload()));
        return new Outcome(
                "networkservice/" + service.name(),
                before.isEmpty() ? "created" : same ? "unchanged" : "configured",
                warnings(service));
    }

    /** What is doubtful in view of who is registered; what the rules show by themselves the file's reader has said. */
    private List<String> warnings(NetworkService service) {
        var registered = endpoints().find(Endpoint.named("").providing(List.of(service.name())), self());
        var doubts = new ArrayList<>(Doubts.about(service, registered));
        doubts.removeAll(Doubts.ofRules(service));
        return doubts;
    }

    private Outcome apply(Endpoint endpoint) {
        boolean known =
                !endpoints().find(Endpoint.named(endpoint.name()), self()).isEmpty();
        endpoints().register(Registration.of(endpoint), self());
        return new Outcome("networkserviceendpoint/" + endpoint.name(), known ? "configured" : "created");
    }

    private static Refused notApplied(Item item) {
        return new Refused(
                Refused.Reason.INVALID,
                "%s: cannot be applied (expected: NetworkService, NetworkServiceEndpoint or Connection)"
                        .formatted(item.name()));
    }

    @Override
    public List<Outcome> delete(List<Item> items) {
        var outcomes = new ArrayList<Outcome>();
        for (var item : items) {
            switch (item) {
                case Item.OfService(var service) -> {
                    services().unregister(Registration.of(service), self());
                    outcomes.add(new Outcome("networkservice/" + service.name(), "deleted"));
                }
                case Item.OfEndpoint(var endpoint) -> {
                    endpoints().unregister(Registration.of(endpoint), self());
                    outcomes.add(new Outcome("networkserviceendpoint/" + endpoint.name(), "deleted"));
                }
                case Item.OfDeclaration(var request) -> {
                    disconnect(request.name());
                    outcomes.add(new Outcome("connection/" + request.name(), "deleted"));
                }
                case Item.OfConnection c -> throw notApplied(c);
                case Item.OfNode n -> throw notApplied(n);
            }
        }
        return outcomes;
    }

    @Override
    public Explanation explain(String service, Map<String, String> labels) {
        return new Explainer(node).explain(service, labels, self());
    }

    @Override
    public List<Denial> denials() {
        return node.parts().denials().latest().stream()
                .map(each -> new Denial(
                        each.at(),
                        each.caller(),
                        each.asked(),
                        each.reason(),
                        each.hop(),
                        each.sentence(),
                        each.times()))
                .toList();
    }

    @Override
    public NodeReport status() {
        var parts = new ArrayList<NodeReport.Part>();
        parts.add(new NodeReport.Part("identity", true, ""));
        parts.add(registryPart());
        parts.add(new NodeReport.Part("manager", true, ""));
        boolean registered = node.forwarder().isRegistered();
        var drains = node.forwarder().drain().isDraining() ? "is being drained" : "";
        parts.add(new NodeReport.Part("forwarder", registered, registered ? drains : "is not registered yet"));
        var own = node.parts().identity();
        return new NodeReport(
                node.name(),
                version(),
                own.svid().id().toString(),
                own.svid().chain().getFirst().getNotAfter().toInstant(),
                node.scheduler().now(),
                parts);
    }

    private NodeReport.Part registryPart() {
        try {
            services().find(NetworkService.named("nsm4j-readiness"), self());
            return new NodeReport.Part("registry", true, "");
        } catch (Refused e) {
            return new NodeReport.Part("registry", false, e.getMessage());
        }
    }

    private static String version() {
        var version = NodeAdmin.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public JoinToken createJoinToken(Duration life) {
        var address = node.address()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "join token: this host has no address that others reach (expected: --listen-address or an "
                                + "underlay)"));
        var token = node.identity().invite(address, life);
        return new JoinToken(token.text(), token.until());
    }

    @Override
    public int drain(Duration timeout) {
        node.drain(true);
        var drain = node.forwarder().drain();
        var until = node.scheduler().now().plus(timeout);
        while (drain.left() > 0 && drain.isDraining() && node.scheduler().now().isBefore(until)) {
            node.scheduler().pause(LOOK);
        }
        return drain.left();
    }

    @Override
    public void undrain() {
        node.drain(false);
    }

    @Override
    public List<Leftover> audit() {
        return node.audit().find();
    }

    @Override
    public void shutdown() {
        // the caller gets its answer first
        node.scheduler().after(ANSWER, "down", end);
    }
}
