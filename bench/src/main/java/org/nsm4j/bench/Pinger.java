package org.nsm4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.nsm4j.linux.netns.Netns;

/** Pings every millisecond from start to end, and knows which packets were not answered. */
final class Pinger {
    private static final Pattern ANSWER = Pattern.compile("icmp_seq=([0-9]+) ttl");

    private final Process process;
    private final Path log;

    /**
     * What became of the packets.
     *
     * @param lost how many between the first and the last answer were not answered
     * @param gap the longest run of them, which is also its milliseconds
     */
    record Result(int lost, int gap) {}

    private Pinger(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Pinger start(String host, String address) {
        try {
            var log = Files.createTempFile("nsm-chaos-ping", ".log");
            var command = List.of("nsenter", "--net=" + Netns.named(host).path(), "ping", "-n", "-i", "0.001", address);
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new Pinger(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start ping", e);
        }
    }

    /** Ends it. What was on its way then does not count. */
    Result end() {
        try {
            process.destroy();
            if (!process.waitFor(Duration.ofSeconds(5))) {
                process.destroyForcibly();
            }
            var answered = new TreeSet<Integer>();
            try (var lines = Files.lines(log)) {
                lines.forEach(line -> {
                    var answer = ANSWER.matcher(line);
                    if (answer.find()) {
                        answered.add(Integer.parseInt(answer.group(1)));
                    }
                });
            }
            Files.deleteIfExists(log);
            return result(answered);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what ping said", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Result result(TreeSet<Integer> answered) {
        int before = 0;
        int lost = 0;
        int gap = 0;
        for (int each : answered) {
            int missing = each - before - 1;
            lost += missing;
            gap = Math.max(gap, missing);
            before = each;
        }
        return new Result(lost, gap);
    }
}
