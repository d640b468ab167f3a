package org.nsm4j.core.select;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whose turn it is among the candidates of one service.
 *
 * <p>Where no destination has a weight, everybody in turn, as upstream does (behaviour D-5). Else the destinations share
 * the clients by weight, spread evenly (smooth weighted round robin: everybody gains its weight, the richest is chosen
 * and pays the sum), and within a destination everybody in turn; a destination without a weight counts as 1.
 *
 * <p>Threads: one at a time.
 */
final class Rotation {
    /** Beyond this a weight changes nothing that anybody could notice; bounds the arithmetic. */
    private static final int MOST = 1_000_000;

    private long turn;
    private final Map<Integer, Long> credit = new HashMap<>();
    private final Map<Integer, Long> turns = new HashMap<>();

    /**
     * All candidates, the one whose turn it is first; then who is to be tried if that one refuses.
     *
     * @param first who goes before whom within a destination, whoever's turn it is
     */
    List<Choice.Candidate> next(List<Choice.Candidate> candidates, Comparator<Choice.Candidate> first) {
        if (candidates.stream().allMatch(candidate -> candidate.weight() <= 0)) {
            return sorted(rotated(candidates, turn++), first);
        }
        var destinations = new TreeMap<Integer, List<Choice.Candidate>>();
        for (var candidate : candidates) {
            destinations
                    .computeIfAbsent(candidate.destination(), each -> new ArrayList<>())
                    .add(candidate);
        }
        credit.keySet().retainAll(destinations.keySet());
        turns.keySet().retainAll(destinations.keySet());
        long sum = 0;
        for (var destination : destinations.entrySet()) {
            long weight = Math.clamp(destination.getValue().getFirst().weight(), 1, MOST);
            credit.merge(destination.getKey(), weight, Long::sum);
            sum += weight;
        }
        var order = new ArrayList<>(destinations.keySet());
        order.sort((one, other) -> Long.compare(credit.getOrDefault(other, 0L), credit.getOrDefault(one, 0L)));
        int chosen = order.getFirst();
        credit.merge(chosen, -sum, Long::sum);
        long inside = turns.merge(chosen, 1L, Long::sum) - 1;
        var all = new ArrayList<Choice.Candidate>();
        for (int destination : order) {
            var members = destinations.getOrDefault(destination, List.of());
            all.addAll(sorted(destination == chosen ? rotated(members, inside) : members, first));
        }
        return all;
    }

    private static List<Choice.Candidate> sorted(
            List<Choice.Candidate> candidates, Comparator<Choice.Candidate> first) {
        return candidates.stream().sorted(first).toList();
    }

    private static List<Choice.Candidate> rotated(List<Choice.Candidate> candidates, long by) {
        if (candidates.isEmpty()) {
            return candidates;
        }
        int start = Math.floorMod(by, candidates.size());
        var rotated = new ArrayList<>(candidates.subList(start, candidates.size()));
        rotated.addAll(candidates.subList(0, start));
        return rotated;
    }
}
