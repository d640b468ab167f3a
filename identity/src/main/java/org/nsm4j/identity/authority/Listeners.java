package org.nsm4j.identity.authority;

import java.util.concurrent.CopyOnWriteArrayList;

/** Who is told about a change; one that fails does not keep the others from hearing. */
final class Listeners {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());
    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();

    /** Told apart by identity, so that one listener may be added twice. */
    private static final class Entry {
        private final Runnable listener;

        Entry(Runnable listener) {
            this.listener = listener;
        }
    }

    Authority.Subscription add(Runnable listener) {
        var entry = new Entry(listener);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    void tell() {
        for (var entry : entries) {
            try {
                entry.listener.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a listener failed at a change of the authority", e);
            }
        }
    }
}
