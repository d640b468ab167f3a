package org.nsm4j.app.train;

import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Wire;

/** A wire that exists on paper alone. */
final class PaperWire implements Plumbing.Plugged {
    private Wire wire;

    PaperWire(Wire wire) {
        this.wire = wire;
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public void change(Wire to) {
        wire = to;
    }

    @Override
    public Plumbing.Plugged replaceBy(Wire other) {
        return new PaperWire(other);
    }

    @Override
    public void close() {}
}
