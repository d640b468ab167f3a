package org.nsm4j.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nsm4j.core.address.AllocateAddresses;
import org.nsm4j.core.address.ExcludeOwnPrefixes;
import org.nsm4j.core.address.ExcludePrefixes;
import org.nsm4j.core.address.LimitMtu;
import org.nsm4j.core.address.NameEnds;
import org.nsm4j.core.address.PrefixGroups;
import org.nsm4j.core.address.ServeDns;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Dial;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.life.CloseOnServiceChange;
import org.nsm4j.core.life.Drain;
import org.nsm4j.core.life.EndWhenIdle;
import org.nsm4j.core.life.Events;
import org.nsm4j.core.life.ExpireStale;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.life.LimitConnections;
import org.nsm4j.core.life.LogEvents;
import org.nsm4j.core.life.Monitor;
import org.nsm4j.core.life.Refresh;
import org.nsm4j.core.life.RelayEvents;
import org.nsm4j.core.life.TurnAwayNewcomers;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.ReportTimes;
import org.nsm4j.core.path.TokenSubject;
import org.nsm4j.core.path.TrimPath;
import org.nsm4j.core.path.UpdatePath;
import org.nsm4j.core.path.UpdateToken;
import org.nsm4j.core.policy.Authorize;
import org.nsm4j.core.policy.AuthorizeAnswer;
import org.nsm4j.core.policy.KeepOwner;
import org.nsm4j.core.policy.Owners;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.policy.TokenVerifier;
import org.nsm4j.core.select.NodeLabels;
import org.nsm4j.core.select.PassOn;
import org.nsm4j.core.select.RequirePayload;
import org.nsm4j.core.select.SelectEndpoint;
import org.nsm4j.core.select.SelectForwarder;
import org.nsm4j.testkit.contract.ElementContract.World;
import org.nsm4j.testkit.fake.FakeRegistry;

/** The contract suite over every element of core; who adds an element adds a line here. */
class EveryElementTest {
    /** Not checked alone: the table is what checks it stands in, and {@link Dial} is a chain's end. */
    private static final Set<Class<?>> APART = Set.of(ConnectionTable.class, Dial.class, UpdatePath.class);

    private static final Request ACCEPTED = new Request(
            Connection.to("intranet")
                    .withId(new ConnectionId("c"))
                    .withPayload(Payload.IP)
                    .withPath(org.nsm4j.core.model.Path.startingAt(Segment.of("client", new ConnectionId("c"))
                            .withToken("t", Instant.parse("2027-01-01T00:00:00Z")))),
            List.of());
    private static final Request ETHERNET = ACCEPTED.with(connection -> connection.withPayload(Payload.ETHERNET));
    private static final Request UNKNOWN = ACCEPTED.with(connection -> connection.withService("nowhere"));
    private static final Request WITHOUT_EXPIRY = ACCEPTED.with(connection ->
            connection.withPath(org.nsm4j.core.model.Path.startingAt(Segment.of("client", new ConnectionId("c")))));
    private static final Request WITHOUT_ROOM = ACCEPTED.with(connection -> connection.withContext(
            context -> context.withIp(Context.Ip.EMPTY.withExcluded(List.of(Cidr.parse("10.0.0.0/8"))))));

    private static ElementContract element(
            Class<? extends Element> type, Function<World, Element> make, @Nullable Request refused) {
        return new ElementContract(type, make, ACCEPTED, refused);
    }

    private static ElementContract element(Class<? extends Element> type, Function<World, Element> make) {
        return element(type, make, null);
    }

    private static FakeRegistry<NetworkService> services() {
        return FakeRegistry.ofServices().with(NetworkService.named("intranet").withPayload(Payload.IP));
    }

    private static FakeRegistry<Endpoint> endpoints() {
        return FakeRegistry.ofEndpoints()
                .with(Endpoint.named("vpn").providing(List.of("intranet")).at("tcp://10.9.9.9:1"))
                .with(Endpoint.named("f").providing(List.of("forwarder")).at("tcp://10.9.9.9:2"));
    }

    private static final TokenVerifier NOBODY = new TokenVerifier() {
        @Override
        public Claims read(String token) {
            return new Claims("", List.of(), null);
        }

        @Override
        public boolean signedBy(String token, java.security.cert.X509Certificate certificate) {
            return false;
        }
    };

    private static PolicySet nothingForbidden() {
        return new PolicySet(Set.of(), NOBODY);
    }

    private static List<ElementContract> elements() {
        return List.of(
                element(
                        UpdateToken.class,
                        w -> new UpdateToken(
                                audience -> new Caller.Token("own", Instant.parse("2027-01-01T00:00:00Z")))),
                element(TrimPath.class, w -> new TrimPath()),
                element(ReportTimes.class, w -> new ReportTimes()),
                element(LogEvents.class, w -> new LogEvents("hop")),
                element(
                        Authorize.class,
                        w -> new Authorize(nothingForbidden(), new Owners(TokenSubject.NOBODY), w.scheduler())),
                element(KeepOwner.class, w -> new KeepOwner(new Owners(TokenSubject.NOBODY))),
                element(
                        AuthorizeAnswer.class,
                        w -> new AuthorizeAnswer(nothingForbidden(), url -> Optional.empty(), w.scheduler())),
                element(ExpireStale.class, w -> new ExpireStale(w.table(), w.scheduler()), WITHOUT_EXPIRY),
                element(Monitor.class, w -> new Monitor(new Events(w.scheduler()))),
                element(
                        Heal.class,
                        w -> new Heal(
                                w.table(),
                                new Events(w.scheduler()),
                                endpoints(),
                                w.scheduler(),
                                w.scheduler().random(),
                                healed -> {})),
                element(
                        EndWhenIdle.class,
                        w -> new EndWhenIdle(java.time.Duration.ofHours(1), w.scheduler(), () -> {})),
                element(Drain.class, w -> new Drain("node-1", new Events(w.scheduler()), w.scheduler())),
                element(TurnAwayNewcomers.class, w -> new TurnAwayNewcomers("node-1")),
                element(LimitConnections.class, w -> new LimitConnections("vpn", 1)),
                element(
                        Refresh.class,
                        w -> new Refresh(w.table(), w.scheduler(), w.scheduler().random())),
                element(
                        RelayEvents.class,
                        w -> new RelayEvents(
                                "hop",
                                RelayEvents.Behind.MESH,
                                url -> {
                                    throw new IllegalStateException("nobody is asked");
                                },
                                new Events(w.scheduler()),
                                w.scheduler())),
                element(
                        CloseOnServiceChange.class,
                        w -> new CloseOnServiceChange(services(), endpoints(), w.table(), w.scheduler())),
                element(NodeLabels.class, w -> new NodeLabels(Map.of("nodeName", "node-1"))),
                element(RequirePayload.class, w -> new RequirePayload(Payload.IP), ETHERNET),
                element(
                        SelectForwarder.class,
                        w -> new SelectForwarder(services(), endpoints(), "forwarder", "", w.scheduler()),
                        UNKNOWN),
                element(SelectEndpoint.class, w -> new SelectEndpoint(services(), endpoints(), w.scheduler()), UNKNOWN),
                element(
                        AllocateAddresses.class,
                        w -> new AllocateAddresses(
                                PrefixGroups.parse("10.1.0.0/16"),
                                AllocateAddresses.Foreign.KEPT,
                                "intranet",
                                w.scheduler()),
                        WITHOUT_ROOM),
                element(NameEnds.class, w -> NameEnds.whereAsked()),
                element(
                        PassOn.class,
                        w -> new PassOn(
                                Map.of("app", "firewall"),
                                id -> new Mechanism.Kernel(Map.of(Mechanism.NAME, "out-" + id)))),
                element(ExcludeOwnPrefixes.class, w -> new ExcludeOwnPrefixes(List.of())),
                element(ExcludePrefixes.class, w -> new ExcludePrefixes(() -> List.of(Cidr.parse("10.2.0.0/16")))),
                element(LimitMtu.class, w -> new LimitMtu(1400)),
                element(ServeDns.class, w -> new ServeDns(List::of)));
    }

    @TestFactory
    Stream<DynamicContainer> keeps_the_contract() {
        return elements().stream()
                .map(element -> DynamicContainer.dynamicContainer(
                        element.toString(),
                        element.checks().entrySet().stream()
                                .map(check -> DynamicTest.dynamicTest(
                                        check.getKey(), () -> check.getValue().run()))));
    }

    @Test
    void the_list_has_every_element_of_core() throws IOException, URISyntaxException, ClassNotFoundException {
        var listed = new ArrayList<Class<?>>(APART);
        elements().forEach(element -> listed.add(element.type()));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(elementsOnTheClassPath());
    }

    @Test
    void every_element_of_core_says_what_it_does() throws IOException, URISyntaxException, ClassNotFoundException {
        assertThat(elementsOnTheClassPath()).allSatisfy(type -> assertThat(type).hasAnnotation(Does.class));
    }

    private static List<Class<?>> elementsOnTheClassPath()
            throws IOException, URISyntaxException, ClassNotFoundException {
        var root = Path.of(
                Chain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var names = new TreeSet<String>();
        if (Files.isDirectory(root)) {
            addClasses(root, names);
        } else {
            try (var jar = java.nio.file.FileSystems.newFileSystem(root)) {
                addClasses(jar.getPath("/"), names);
            }
        }
        var found = new ArrayList<Class<?>>();
        for (var name : names) {
            var type = Class.forName(name, false, Chain.class.getClassLoader());
            if (Element.class.isAssignableFrom(type) && !type.isInterface() && !type.isMemberClass()) {
                found.add(type);
            }
        }
        return found;
    }

    private static void addClasses(Path root, Set<String> names) throws IOException {
        try (var files = Files.walk(root)) {
            files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.contains("$") && !file.contains("-info"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                    .forEach(names::add);
        }
    }
}
