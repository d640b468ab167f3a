package org.nsm4j.app.role;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.policy.PolicySet;
import org.nsm4j.core.policy.RegistrationRules;

/**
 * What a registry, or a manager in front of one, holds its callers to.
 *
 * @param policies masks over the rules that judge who may register and take back what
 * @param endpointLife how long an endpoint stays registered at most without a refresh
 * @param registrations which identity may register what
 * @param proxy who is asked for names of other domains; empty where they are refused
 */
public record RegistryRules(
        List<String> policies, Duration endpointLife, Supplier<RegistrationRules> registrations, Optional<Url> proxy) {
    /** Upstream's. */
    public static final RegistryRules USUAL = new RegistryRules(
            PolicySet.REGISTRY_SERVER, Duration.ofMinutes(1), () -> RegistrationRules.OPEN, Optional.empty());

    public RegistryRules {
        policies = List.copyOf(policies);
    }

    /** The same with other masks. */
    RegistryRules withPolicies(List<String> masks) {
        return new RegistryRules(masks, endpointLife, registrations, proxy);
    }

    /**
     * The same with the rules of a file, if there is one.
     *
     * @throws org.nsm4j.core.model.Refused when it cannot be read or understood
     */
    public RegistryRules withRegistrations(Optional<Path> file) {
        return file.<RegistryRules>map(
                        path -> new RegistryRules(policies, endpointLife, RegistrationFile.open(path), proxy))
                .orElse(this);
    }
}
