package org.nsm4j.app.role;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;

/**
 * What a registry, or a manager in front of one, holds its callers to.
 *
 * @param policies masks over the rules that judge who may register and take back what
 * @param endpointLife how long an endpoint stays registered at most without a refresh
 * @param proxy who is asked for names of other domains; empty where they are refused
 */
public record RegistryRules(List<String> policies, Duration endpointLife, Optional<Url> proxy) {
    /** Upstream's. */
    public static final RegistryRules USUAL =
            new RegistryRules(PolicySet.REGISTRY_SERVER, Duration.ofMinutes(1), Optional.empty());

    public RegistryRules {
        policies = List.copyOf(policies);
    }

    /** The same with other masks. */
    RegistryRules withPolicies(List<String> masks) {
        return new RegistryRules(masks, endpointLife, proxy);
    }
}
