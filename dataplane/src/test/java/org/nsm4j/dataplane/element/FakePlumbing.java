package org.nsm4j.dataplane.element;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nsm4j.dataplane.wire.End;
import org.nsm4j.dataplane.wire.Owner;
import org.nsm4j.dataplane.wire.Plumbing;
import org.nsm4j.dataplane.wire.Wire;

/** Plumbing that remembers what it was asked, and whose tunnel numbers can be taken. */
final class FakePlumbing implements Plumbing {
    final List<String> events = new ArrayList<>();
    final List<Wire> wires = new ArrayList<>();
    final List<Wire> replaced = new ArrayList<>();
    final Set<Integer> taken = new HashSet<>();
    int takenTimes;
    Wire.@Nullable Tunnel standing;

    @Override
    public Plugged plug(Wire wire) {
        return plug("plug", wire);
    }

    @Override
    public Optional<Wire.Tunnel> standing(Owner owner, End end) {
        return Optional.ofNullable(standing);
    }

    private Plugged plug(String verb, Wire wire) {
        if (wire instanceof Wire.Remote remote
                && (taken.contains(remote.tunnel().vni()) || takenTimes-- > 0)) {
            throw new VniTaken("VNI %d is taken".formatted(remote.tunnel().vni()), new IllegalStateException());
        }
        wires.add(wire);
        events.add(verb + " " + name(wire));
        return new Fake(wire);
    }

    Wire last() {
        return wires.getLast();
    }

    private static String name(Wire wire) {
        return switch (wire) {
            case Wire.Local local ->
                local.client().name() + "-" + local.endpoint().name();
            case Wire.Remote remote -> remote.end().name();
        };
    }

    private final class Fake implements Plugged {
        private Wire wire;

        Fake(Wire wire) {
            this.wire = wire;
        }

        @Override
        public Wire wire() {
            return wire;
        }

        @Override
        public void change(Wire to) {
            wires.add(to);
            events.add("change " + name(to));
            wire = to;
        }

        @Override
        public Plugged replaceBy(Wire other) {
            replaced.add(wire);
            return plug("replace", other);
        }

        @Override
        public void close() {
            events.add("close " + name(wire));
        }
    }
}
