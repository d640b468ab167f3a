package org.nsm4j.core.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;

/**
 * The world reaches an endpoint through its manager: the manager keeps the endpoint's own URL and registers its own in
 * place of it (behaviour M-10; upstream's localbypass).
 *
 * <p>Whoever finds through this manager gets the real URL. An endpoint that is registered at the manager's URL but that
 * the manager does not know (it restarted, the endpoint has not come back yet) is hidden, for nobody could reach it;
 * that it was deleted is told all the same.
 *
 * <p>Place: in managers, right before the registry that the whole domain shares.
 */
public final class LocalBypass implements Layer<Endpoint> {
    private final String publicUrl;
    private final Registry<Endpoint> rest;
    private final Map<String, Endpoint> local = new ConcurrentHashMap<>();

    /**
     * Stands in for local endpoints.
     *
     * @param publicUrl where other nodes reach this manager
     */
    public LocalBypass(Url publicUrl, Registry<Endpoint> rest) {
        this.publicUrl = publicUrl.toString();
        this.rest = rest;
    }

    @Override
    public Registry<Endpoint> rest() {
        return rest;
    }

    /** An endpoint that registered with this manager, at its real URL. */
    public Optional<Endpoint> local(String name) {
        return Optional.ofNullable(local.get(name));
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        var endpoint = registration.item();
        checkUrl(endpoint);
        // before it is told: a watcher may hear of it before the answer is here
        var before = local.put(endpoint.name(), endpoint);
        Registration<Endpoint> answer;
        try {
            answer = rest.register(registration.with(endpoint.at(publicUrl)), caller);
        } catch (RuntimeException e) {
            restore(endpoint, before);
            throw e;
        }
        var real = answer.item().at(endpoint.url());
        if (!real.name().equals(endpoint.name())) {
            restore(endpoint, before);
        }
        local.put(real.name(), real);
        return answer.with(real);
    }

    private void restore(Endpoint endpoint, @Nullable Endpoint before) {
        if (before == null) {
            local.remove(endpoint.name(), endpoint);
        } else {
            local.replace(endpoint.name(), endpoint, before);
        }
    }

    private static void checkUrl(Endpoint endpoint) {
        try {
            Url.parse(endpoint.url());
        } catch (Refused e) {
            throw new Refused(
                    e.reason(), "cannot register endpoint %s: %s".formatted(endpoint.name(), e.sentence()), e);
        }
    }

    @Override
    public void unregister(Registration<Endpoint> registration, Caller caller) {
        var known = local.get(registration.item().name());
        if (known == null) {
            return;
        }
        rest.unregister(registration.with(registration.item().at(publicUrl)), caller);
        local.remove(known.name());
    }

    @Override
    public List<Endpoint> find(Endpoint query, Caller caller) {
        return rest.find(query.at(""), caller).stream()
                .flatMap(each -> seen(each, false).filter(item -> isAsked(query, each, item)).stream())
                .toList();
    }

    @Override
    public Watch watch(Endpoint query, Listener<Endpoint> listener, Caller caller) {
        var translating = new Listener<Endpoint>() {
            @Override
            public void changed(Change<Endpoint> change) {
                seen(change.item(), change.deleted())
                        .filter(item -> change.deleted() || isAsked(query, change.item(), item))
                        .ifPresent(item -> listener.changed(new Change<>(item, change.deleted())));
            }

            @Override
            public void ended(Refused reason) {
                listener.ended(reason);
            }
        };
        return rest.watch(query.at(""), translating, caller);
    }

    /** By its own URL, or by the manager's: so the manager finds what is on its node. */
    private static boolean isAsked(Endpoint query, Endpoint registered, Endpoint seen) {
        return registered.url().contains(query.url()) || seen.url().contains(query.url());
    }

    /** An endpoint as it is to be seen from this node; empty where it is to be hidden. */
    private Optional<Endpoint> seen(Endpoint endpoint, boolean deleted) {
        var known = local.get(endpoint.name());
        if (known != null) {
            return Optional.of(endpoint.at(known.url()));
        }
        return deleted || !endpoint.url().equals(publicUrl) ? Optional.of(endpoint) : Optional.empty();
    }
}
