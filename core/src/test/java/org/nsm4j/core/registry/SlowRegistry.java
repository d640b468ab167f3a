package org.nsm4j.core.registry;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;

/** A registry far away: its answers come at once, its news only when the test lets them through, and it may be down. */
final class SlowRegistry implements Layer<Endpoint> {
    final List<Listener<Endpoint>> watchers = new ArrayList<>();
    final List<Change<Endpoint>> late = new ArrayList<>();
    private final MemoryRegistry<Endpoint> memory;
    boolean down;
    int finds;
    int registrations;

    SlowRegistry(StepScheduler scheduler) {
        memory = new MemoryRegistry<>(Kind.ENDPOINT, scheduler);
    }

    @Override
    public Registry<Endpoint> rest() {
        if (down) {
            throw new Refused(Refused.Reason.UNAVAILABLE, "registry: down");
        }
        return memory;
    }

    @Override
    public List<Endpoint> find(Endpoint query, Caller caller) {
        finds++;
        return rest().find(query, caller);
    }

    @Override
    public Registration<Endpoint> register(Registration<Endpoint> registration, Caller caller) {
        registrations++;
        var answer = rest().register(registration, caller);
        late.add(new Change<>(answer.item(), false));
        return answer;
    }

    @Override
    public void unregister(Registration<Endpoint> registration, Caller caller) {
        for (var gone : rest().find(Endpoint.named(registration.item().name()), caller)) {
            late.add(new Change<>(gone, true));
        }
        rest().unregister(registration, caller);
    }

    @Override
    public Watch watch(Endpoint query, Listener<Endpoint> listener, Caller caller) {
        rest();
        watchers.add(listener);
        return () -> watchers.remove(listener);
    }

    /** Lets the oldest news through, to those who watch now. */
    void tellNext() {
        var change = late.removeFirst();
        List.copyOf(watchers).forEach(each -> each.changed(change));
    }

    void tellAll() {
        while (!late.isEmpty()) {
            tellNext();
        }
    }

    /** Loses all it knew, and all watches, as a registry does that restarts without a journal. */
    void restart(boolean forgets) {
        if (forgets) {
            for (var each : memory.find(Endpoint.named(""), Caller.SELF)) {
                memory.unregister(Registration.of(each), Caller.SELF);
            }
        }
        late.clear();
        var lost = List.copyOf(watchers);
        watchers.clear();
        lost.forEach(each -> each.ended(new Refused(Refused.Reason.UNAVAILABLE, "registry: restarted")));
    }
}
