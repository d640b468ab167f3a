package org.nsm4j.core.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.schedule.Scheduler;

/**
 * A journal that forgives a short absence: while the registry was away nobody could refresh, so what ended meanwhile
 * lives on for a grace after the restart, in which its endpoint can come back. What ended longer ago is dropped.
 */
public final class RestartGrace implements Journal<Endpoint> {
    private final Duration grace;
    private final Scheduler scheduler;
    private final Journal<Endpoint> journal;

    /**
     * Forgives.
     *
     * @param grace how long ago an endpoint may have ended, and how long it lives on at least
     */
    public RestartGrace(Duration grace, Scheduler scheduler, Journal<Endpoint> journal) {
        this.grace = grace;
        this.scheduler = scheduler;
        this.journal = journal;
    }

    @Override
    public List<Endpoint> load() {
        var now = scheduler.now();
        var kept = new ArrayList<Endpoint>();
        for (var endpoint : journal.load()) {
            var end = endpoint.expires();
            if (end == null || end.isAfter(now.plus(grace))) {
                kept.add(endpoint);
            } else if (end.isAfter(now.minus(grace))) {
                kept.add(endpoint.until(now.plus(grace)));
            } else {
                journal.remove(endpoint.name());
            }
        }
        return kept;
    }

    @Override
    public void put(Endpoint item) {
        journal.put(item);
    }

    @Override
    public void remove(String name) {
        journal.remove(name);
    }
}
