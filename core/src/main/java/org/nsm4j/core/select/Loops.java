package org.nsm4j.core.select;

import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Path;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;

/** Keeps a chain of functions from going through one of them twice. */
final class Loops {
    private Loops() {}

    /**
     * The candidates that the path did not come through already.
     *
     * @param registered every endpoint of the service, to tell the functions on the path from the hops between them
     * @throws Refused with NO_CANDIDATE, and the loop, where nobody else is left
     */
    static List<Choice.Candidate> without(
            List<Choice.Candidate> candidates, String service, Path path, List<Endpoint> registered) {
        var walked =
                path.segments().stream().limit(path.index()).map(Segment::name).toList();
        var fresh = candidates.stream()
                .filter(candidate -> !walked.contains(candidate.endpoint().name()))
                .toList();
        if (!fresh.isEmpty()) {
            return fresh;
        }
        var again = candidates.getFirst().endpoint().name();
        var functions = registered.stream().map(Endpoint::name).toList();
        var loop = new ArrayList<>(walked.subList(walked.indexOf(again), walked.size()).stream()
                .filter(functions::contains)
                .toList());
        loop.add(again);
        throw new Refused(
                Refused.Reason.NO_CANDIDATE,
                "service: %s: the chain would loop: %s (expected: rules by which %s leads on to another endpoint)"
                        .formatted(service, String.join(" → ", loop), loop.get(loop.size() - 2)));
    }
}
