package org.nsm4j.app.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A pinger that sends every 10 ms, and when it was answered. */
final class Pinging {
    private static final Pattern ANSWER = Pattern.compile("\\[([0-9]+\\.[0-9]+)\\] [0-9]+ bytes from");
    private static final Pattern SEQUENCE = Pattern.compile("bytes from .* icmp_seq=([0-9]+) ");
    private static final int MORE = 20;

    private final Program program;

    private Pinging(Program program) {
        this.program = program;
    }

    /** Starts one, and waits for its first answers. */
    static Pinging start(Ground ground, String netns, String target) {
        var command = List.of("ping", "-n", "-D", "-i", "0.01", "-W", "1", target);
        var program = ground.start(netns, "ping", Map.of(), command);
        program.awaitLog("icmp_seq=5 ");
        return new Pinging(program);
    }

    /** Waits until it is answered, from now on. */
    void awaitMoreAnswers() {
        long before = answers();
        Eventually.until("more answers", () -> answers() > before + MORE, program::log);
    }

    private long answers() {
        return ANSWER.matcher(program.log()).results().count();
    }

    /** Ends it while it is answered: what is lost for good is not taken for what is under way. */
    Pinging end() {
        awaitMoreAnswers();
        program.signal("INT");
        program.awaitEnd();
        return this;
    }

    /**
     * How many packets were not answered, of those before the last that was: a busy machine ends ping with answers that it
     * has not read.
     */
    long lost() {
        var answered = SEQUENCE.matcher(program.log())
                .results()
                .map(each -> Long.parseLong(each.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
        return answered.last() - answered.size();
    }

    /** The longest time between two answers. */
    Duration gap() {
        var times = ANSWER.matcher(program.log())
                .results()
                .map(each -> Double.parseDouble(each.group(1)))
                .toList();
        double longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        return Duration.ofMillis((long) (longest * 1000));
    }
}
