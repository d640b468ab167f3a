package org.nsm4j.grpc.spiffe;

import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a workload is given: its own identity, and the roots by which it knows others.
 *
 * @param svid its own
 * @param bundles the roots of each trust domain that is trusted, by the domain's name
 */
public record Identity(Svid svid, Map<String, Set<X509Certificate>> bundles) {
    public Identity {
        bundles = bundles.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Set.copyOf(entry.getValue())));
    }

    /** The roots of a trust domain; none where it is not trusted. */
    public Set<X509Certificate> roots(String trustDomain) {
        return bundles.getOrDefault(trustDomain, Set.of());
    }

    @Override
    public String toString() {
        return "%s, trusting %s".formatted(svid, bundles.keySet());
    }
}
