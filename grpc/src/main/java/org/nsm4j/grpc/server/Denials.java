package org.nsm4j.grpc.server;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.nsm4j.core.model.Refused;

/**
 * What was denied lately, to whom and by which rule, so that it can be explained afterwards. Bounded for each caller, so
 * that one who is denied a thousand times pushes out only his own.
 *
 * <p>Thread-safe.
 */
public final class Denials {
    /** The most callers; the one longest unheard of is forgotten. */
    static final int CALLERS = 64;
    /** The most that are kept of one caller. */
    static final int EACH = 8;

    private static final int LONGEST = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, ArrayDeque<Denial>> byCaller = new LinkedHashMap<>();

    /**
     * Something that was denied.
     *
     * @param at when, for the last time
     * @param caller who asked: a SPIFFE id and, on a unix socket, the process
     * @param asked the call, such as {@code networkservice.NetworkService/Request}
     * @param reason what a program may switch on
     * @param hop who denied it; empty for this process
     * @param sentence names the rule and the facts that it judged by
     * @param times how often in a row
     */
    public record Denial(
            Instant at, String caller, String asked, Refused.Reason reason, String hop, String sentence, long times) {
        private boolean isLike(Denial other) {
            return asked.equals(other.asked) && reason == other.reason && sentence.equals(other.sentence);
        }

        private Denial after(Denial before) {
            return new Denial(at, caller, asked, reason, hop, sentence, before.times + 1);
        }
    }

    /** Whether a refusal is one: what fails for other reasons is no matter of right or measure. */
    private static boolean isDenial(Refused.Reason reason) {
        return reason == Refused.Reason.NOT_AUTHORIZED || reason == Refused.Reason.NO_CAPACITY;
    }

    void note(Incoming incoming, String asked, Refused refused) {
        if (isDenial(refused.reason())) {
            var sentence = refused.sentence();
            note(new Denial(
                    Instant.now(),
                    caller(incoming),
                    asked,
                    refused.reason(),
                    refused.hop().orElse(""),
                    sentence.length() > LONGEST ? sentence.substring(0, LONGEST) + "…" : sentence,
                    1));
        }
    }

    private static String caller(Incoming incoming) {
        var process = incoming.peerProcess();
        var who = incoming.caller()
                .peer()
                .map(Object::toString)
                .orElseGet(() -> process.map(each -> "user " + each.uid()).orElse("somebody"));
        return process.filter(each -> each.pid() > 0)
                .map(each -> "%s (process %d)".formatted(who, each.pid()))
                .orElse(who);
    }

    private void note(Denial denial) {
        lock.lock();
        try {
            var own = byCaller.remove(denial.caller());
            if (own == null) {
                own = new ArrayDeque<>();
            }
            byCaller.put(denial.caller(), own); // now the one latest heard of
            var last = own.peekLast();
            if (last != null && denial.isLike(last)) {
                own.removeLast();
                own.add(denial.after(last));
            } else {
                own.add(denial);
            }
            if (own.size() > EACH) {
                own.remove();
            }
            if (byCaller.size() > CALLERS) {
                byCaller.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is remembered, the latest first. */
    public List<Denial> latest() {
        var all = new ArrayList<Denial>();
        lock.lock();
        try {
            byCaller.values().forEach(all::addAll);
        } finally {
            lock.unlock();
        }
        all.sort(Comparator.comparing(Denial::at).reversed());
        return List.copyOf(all);
    }
}
