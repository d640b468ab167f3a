package org.nsm4j.app.role;

import java.util.List;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.registry.AllowRegistration;
import org.nsm4j.core.registry.AssumePayload;
import org.nsm4j.core.registry.AuthorizeRegistration;
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
import org.nsm4j.core.registry.RestartGrace;
import org.nsm4j.core.registry.Validate;
import org.nsm4j.core.registry.WatchedRegistry;
import org.nsm4j.grpc.passing.HoldSockets;
import org.nsm4j.sdk.Parts;

/** The layers of both registries, innermost first: the domain's, and a manager's in front of it. */
public final class RegistryStack {
    private RegistryStack() {}

    /** The domain's network services. */
    public static Registry<NetworkService> services(Journal<NetworkService> journal, RegistryRules rules, Parts p) {
        var memory = new MemoryRegistry<>(Kind.SERVICE, p.scheduler(), journal);
        Registry<NetworkService> stack = new AssumePayload(memory);
        stack = authorize(Kind.SERVICE, memory, rules, p, stack); // in turn, or two could both find a name free
        stack = new InTurn<>(Kind.SERVICE, new NameTurns<>(p.scheduler()), stack);
        stack = new InterdomainSwitch<>(
                Kind.SERVICE, rules.proxy().map(p::services).orElse(null), stack);
        stack = new Validate<>(Kind.SERVICE, stack);
        return new RegistryPath<>(Kind.SERVICE, p.tokens(), p.subject(), stack);
    }

    /** The domain's endpoints. */
    public static Registry<Endpoint> endpoints(Journal<Endpoint> journal, RegistryRules rules, Parts p) {
        var life = rules.endpointLife();
        var memory = new MemoryRegistry<>(Kind.ENDPOINT, p.scheduler(), new RestartGrace(life, p.scheduler(), journal));
        var turns = new NameTurns<Endpoint>(p.scheduler());
        var expire = new ExpireEndpoints(life, p.tokens(), turns, p.scheduler(), memory);
        expire.resume(memory.find(Kind.ENDPOINT.named(""), Caller.SELF));
        Registry<Endpoint> stack = new RegistrationTime(p.scheduler(), expire);
        stack = authorize(Kind.ENDPOINT, memory, rules, p, stack); // in turn, or two could both find a name free
        stack = new InTurn<>(Kind.ENDPOINT, turns, stack);
        stack = new InterdomainSwitch<>(
                Kind.ENDPOINT, rules.proxy().map(p::endpoints).orElse(null), stack);
        stack = new Validate<>(Kind.ENDPOINT, stack);
        return new RegistryPath<>(Kind.ENDPOINT, p.tokens(), p.subject(), stack);
    }

    private static <T> Registry<T> authorize(
            Kind<T> kind, Registry<T> owners, RegistryRules rules, Parts p, Registry<T> rest) {
        return new AuthorizeRegistration<>(
                kind,
                PolicySet.parse(rules.policies(), p.verifier()).beyondUpstream(p.signatures()),
                AuthorizeRegistration.Owners.recordedIn(kind, owners),
                p.scheduler(),
                new AllowRegistration<>(kind, rules.registrations(), p.verifier(), p.scheduler(), rest));
    }

    /**
     * A manager's view of the registries, in front of the domain's.
     *
     * @param services served to the node's workloads
     * @param endpoints served to the node's endpoints and forwarders
     * @param knownServices what the manager itself looks services up in
     * @param known what the manager itself looks for forwarders in
     * @param watches kept warm; closed with the manager
     */
    public record Registries(
            Registry<NetworkService> services,
            Registry<Endpoint> endpoints,
            Registry<NetworkService> knownServices,
            Registry<Endpoint> known,
            List<WatchedRegistry<?>> watches) {}

    /**
     * The registry behind a manager.
     *
     * @param services its services
     * @param endpoints its endpoints
     */
    public record Domain(Registry<NetworkService> services, Registry<Endpoint> endpoints) {
        /** A registry elsewhere. */
        public static Domain at(Url url, Parts p) {
            return new Domain(p.services(url), p.domainEndpoints(url));
        }

        /** For a node without any other: in this process, in memory alone, as upstream's managers have it (M-8, M-9). */
        public static Domain inMemory(Parts p) {
            return new Domain(
                    new AssumePayload(new MemoryRegistry<>(Kind.SERVICE, p.scheduler(), Journal.none())),
                    new RegistrationTime(
                            p.scheduler(), new MemoryRegistry<>(Kind.ENDPOINT, p.scheduler(), Journal.none())));
        }
    }

    /** A manager's registries. */
    public static Registries ofManager(Domain domain, ManagerChain.Traits traits, RegistryRules rules, Parts p) {
        var services = new WatchedRegistry<>(Kind.SERVICE, p.scheduler(), p.random(), domain.services());
        var endpoints = new WatchedRegistry<>(Kind.ENDPOINT, p.scheduler(), p.random(), domain.endpoints());
        var bypass = new LocalBypass(Url.parse(traits.publicUrl()), endpoints);
        Registry<NetworkService> servedServices = authorize(Kind.SERVICE, services, rules, p, services);
        servedServices = new Validate<>(Kind.SERVICE, servedServices);
        servedServices = new RegistryPath<>(Kind.SERVICE, p.tokens(), p.subject(), servedServices);
        var turns = new NameTurns<Endpoint>(p.scheduler());
        Registry<Endpoint> served = new HoldSockets(p.sockets(), bypass);
        served = new ExpireEndpoints(rules.endpointLife(), p.tokens(), turns, p.scheduler(), served);
        served = new NodeLabels(traits.labels(), served);
        served = authorize(Kind.ENDPOINT, bypass, rules, p, served);
        served = new InTurn<>(Kind.ENDPOINT, turns, served);
        served = new Validate<>(Kind.ENDPOINT, served);
        served = new RegistryPath<>(Kind.ENDPOINT, p.tokens(), p.subject(), served);
        return new Registries(servedServices, served, services, bypass, List.of(services, endpoints));
    }
}
