package org.nsm4j.core.policy;

import java.util.List;

/**
 * Which identity may register what. Upstream lets every identity register every name that is free, and an endpoint of any
 * service.
 *
 * @param rules any of which may allow a registration
 * @param managers identities whose word is taken for whom they register, where the token itself proves nothing: upstream's
 *     managers
 */
public record RegistrationRules(List<Allowed> rules, List<NamePattern> managers) {
    /** Everybody may register everything, as upstream has it. */
    public static final RegistrationRules OPEN =
            new RegistrationRules(List.of(new Allowed(everything(), everything(), everything())), everything());

    public RegistrationRules {
        rules = List.copyOf(rules);
        managers = List.copyOf(managers);
    }

    /**
     * What some identities may register.
     *
     * @param identities who
     * @param services network services, and endpoints that provide no others
     * @param endpoints names of endpoints
     */
    public record Allowed(List<NamePattern> identities, List<NamePattern> services, List<NamePattern> endpoints) {
        public Allowed {
            identities = List.copyOf(identities);
            services = List.copyOf(services);
            endpoints = List.copyOf(endpoints);
        }

        private boolean allows(String identity, List<String> provided) {
            return any(identities, identity) && provided.stream().allMatch(service -> any(services, service));
        }
    }

    private static List<NamePattern> everything() {
        return List.of(new NamePattern("**"));
    }

    private static boolean any(List<NamePattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.fits(name));
    }

    /** Whether everybody may register everything. */
    public boolean areOpen() {
        return equals(OPEN);
    }

    /** Whether an identity may register a network service. */
    public boolean allowService(String identity, String service) {
        return rules.stream().anyMatch(rule -> rule.allows(identity, List.of(service)));
    }

    /** Whether an identity may register an endpoint of these services. */
    public boolean allowEndpoint(String identity, String endpoint, List<String> services) {
        return rules.stream().anyMatch(rule -> rule.allows(identity, services) && any(rule.endpoints(), endpoint));
    }

    /** Whether a neighbour's word is taken for whom it registers. */
    public boolean trust(String manager) {
        return any(managers, manager);
    }
}
