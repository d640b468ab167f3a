package org.nsm4j.app.role;

import java.time.Duration;
import java.util.Map;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.registry.AuthorizeRegistration;
import org.nsm4j.core.registry.DefaultPayload;
import org.nsm4j.core.registry.ExpireEndpoints;
import org.nsm4j.core.registry.InTurn;
import org.nsm4j.core.registry.InterdomainSwitch;
import org.nsm4j.core.registry.Journal;
import org.nsm4j.core.registry.Kind;
import org.nsm4j.core.registry.LocalBypass;
import org.nsm4j.core.registry.MemoryRegistry;
import org.nsm4j.core.registry.NameTurns;
import org.nsm4j.core.registry.NodeLabels;
import org.nsm4j.core.registry.RegistrationTime;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.registry.RegistryPath;
import org.nsm4j.core.registry.Validate;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.sdk.Parts;

/** The layers of both registries, outermost first: the domain's, and a manager's in front of it. */
public final class RegistryStack {
    /** How long an endpoint stays registered without a refresh; upstream's default. */
    private static final Duration ENDPOINT_LIFE = Duration.ofMinutes(1);

    private RegistryStack() {}

    /** The domain's network services. */
    public static Registry<NetworkService> services(Journal<NetworkService> journal, Parts p) {
        var memory = new MemoryRegistry<>(Kind.SERVICE, p.scheduler(), journal);
        return new RegistryPath<>(
                Kind.SERVICE,
                p.tokens(),
                p.subject(),
                new Validate<>(
                        Kind.SERVICE,
                        new AuthorizeRegistration<>(
                                Kind.SERVICE,
                                PolicySet.parse(PolicySet.REGISTRY_SERVER, p.verifier()),
                                AuthorizeRegistration.Owners.recordedIn(Kind.SERVICE, memory),
                                p.scheduler(),
                                new InTurn<>(
                                        Kind.SERVICE,
                                        new NameTurns<>(p.scheduler()),
                                        new InterdomainSwitch<>(Kind.SERVICE, null, new DefaultPayload(memory))))));
    }

    /** The domain's endpoints. */
    public static Registry<Endpoint> endpoints(Journal<Endpoint> journal, Parts p) {
        var memory = new MemoryRegistry<>(Kind.ENDPOINT, p.scheduler(), journal);
        var turns = new NameTurns<Endpoint>(p.scheduler());
        var expire = new ExpireEndpoints(ENDPOINT_LIFE, p.tokens(), turns, p.scheduler(), memory);
        expire.resume(memory.find(Kind.ENDPOINT.named(""), org.nsm4j.core.chain.Caller.SELF));
        return new RegistryPath<>(
                Kind.ENDPOINT,
                p.tokens(),
                p.subject(),
                new Validate<>(
                        Kind.ENDPOINT,
                        new AuthorizeRegistration<>(
                                Kind.ENDPOINT,
                                PolicySet.parse(PolicySet.REGISTRY_SERVER, p.verifier()),
                                AuthorizeRegistration.Owners.recordedIn(Kind.ENDPOINT, memory),
                                p.scheduler(),
                                new InTurn<>(
                                        Kind.ENDPOINT,
                                        turns,
                                        new InterdomainSwitch<>(
                                                Kind.ENDPOINT, null, new RegistrationTime(p.scheduler(), expire))))));
    }

    /**
     * A manager's view of the registries, in front of the domain's.
     *
     * @param services served to the node's workloads
     * @param endpoints served to the node's endpoints and forwarders
     * @param known what the manager itself looks for forwarders in
     * @param watches kept warm; closed with the manager
     */
    public record OfManager(
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            Registry<NetworkService> knownServices,
            Registry<Endpoint> known,
            java.util.List<WatchedRegistry<?>> watches) {}

    /** A manager's registries. */
    public static OfManager ofManager(Url registry, Url publicUrl, Map<String, String> labels, Parts p) {
        var services = new WatchedRegistry<>(Kind.SERVICE, p.scheduler(), p.random(), p.services(registry));
        var endpoints = new WatchedRegistry<>(Kind.ENDPOINT, p.scheduler(), p.random(), p.endpoints(registry));
        var bypass = new LocalBypass(publicUrl, endpoints);
        var turns = new NameTurns<Endpoint>(p.scheduler());
        var policies = PolicySet.parse(PolicySet.REGISTRY_SERVER, p.verifier());
        var servedServices = new RegistryPath<>(
                Kind.SERVICE,
                p.tokens(),
                p.subject(),
                new AuthorizeRegistration<>(
                        Kind.SERVICE,
                        policies,
                        AuthorizeRegistration.Owners.recordedIn(Kind.SERVICE, services),
                        p.scheduler(),
                        services));
        var servedEndpoints = new RegistryPath<>(
                Kind.ENDPOINT,
                p.tokens(),
                p.subject(),
                new AuthorizeRegistration<>(
                        Kind.ENDPOINT,
                        policies,
                        AuthorizeRegistration.Owners.recordedIn(Kind.ENDPOINT, bypass),
                        p.scheduler(),
                        new InTurn<>(
                                Kind.ENDPOINT,
                                turns,
                                new NodeLabels(
                                        labels,
                                        new ExpireEndpoints(
                                                ENDPOINT_LIFE, p.tokens(), turns, p.scheduler(), bypass)))));
        return new OfManager(servedServices, servedEndpoints, services, bypass, java.util.List.of(services, endpoints));
    }
}
