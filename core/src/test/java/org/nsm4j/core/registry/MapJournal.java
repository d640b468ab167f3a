package org.nsm4j.core.registry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nsm4j.core.model.Endpoint;

/** A journal that outlives the registry of a test, not the test. */
final class MapJournal implements Journal<Endpoint> {
    final Map<String, Endpoint> items = new TreeMap<>();

    @Override
    public List<Endpoint> load() {
        return List.copyOf(items.values());
    }

    @Override
    public void put(Endpoint item) {
        items.put(item.name(), item);
    }

    @Override
    public void remove(String name) {
        items.remove(name);
    }
}
