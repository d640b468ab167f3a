package org.nsm4j.testkit.fake;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nsm4j.core.lease.Ledger;

/** A ledger that outlives the simulated process that writes it, as a file would. */
public final class MapLedger implements Ledger {
    private final Map<String, String> entries = new LinkedHashMap<>();

    @Override
    public Map<String, String> entries() {
        // in order: a run must not depend on the salt of this virtual machine
        return new LinkedHashMap<>(entries);
    }

    @Override
    public void put(String key, String text) {
        entries.put(key, text);
    }

    @Override
    public void remove(String key) {
        entries.remove(key);
    }

    /** What was written is gone. */
    public void clear() {
        entries.clear();
    }
}
