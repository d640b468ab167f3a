package org.nsm4j.app.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as Go writes them ({@code time.ParseDuration}): {@code 10s}, {@code 1m30s}, {@code 1.5h}, {@code -1m}. */
public final class GoDuration {
    private static final Pattern WHOLE = Pattern.compile("[+-]?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+)");
    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");

    private GoDuration() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException("a duration such as 10s, 750ms or 1m30s");
        }
        var sum = BigDecimal.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            sum = sum.add(new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(nanos(parts.group(2)))));
        }
        if (sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("a duration of at most 2562047h");
        }
        var duration = Duration.ofNanos(sum.longValue());
        return text.startsWith("-") ? duration.negated() : duration;
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw new IllegalArgumentException("a unit such as ms, s, m or h");
        };
    }

    /** Writes a duration so that {@link #parse} reads it back: {@code 1m30s}, {@code 750ms}, {@code 0s}. */
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        var out = new StringBuilder(duration.isNegative() ? "-" : "");
        var rest = duration.abs();
        append(out, rest.toHours(), "h");
        append(out, rest.toMinutesPart(), "m");
        append(out, rest.toSecondsPart(), "s");
        append(out, rest.toNanosPart() / 1_000_000, "ms");
        append(out, rest.toNanosPart() / 1_000 % 1_000, "us");
        append(out, rest.toNanosPart() % 1_000, "ns");
        return out.toString();
    }

    private static void append(StringBuilder out, long amount, String unit) {
        if (amount > 0) {
            out.append(amount).append(unit);
        }
    }
}
