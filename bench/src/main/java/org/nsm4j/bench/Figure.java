package org.nsm4j.bench;

import java.util.Locale;

/**
 * One measured value.
 *
 * @param name dotted, such as {@code setup.local.p50}
 * @param unit such as {@code ms}
 * @param limit what the bare kernel took for the same, in that unit; NaN where there is nothing to compare with
 * @param target what is aimed at, such as {@code <=3}; empty for none
 */
record Figure(String name, double value, String unit, double limit, String target) {
    static Figure of(String name, double value, String unit) {
        return new Figure(name, value, unit, Double.NaN, "");
    }

    Figure limit(double newLimit) {
        return new Figure(name, value, unit, newLimit, target);
    }

    Figure target(String newTarget) {
        return new Figure(name, value, unit, limit, newTarget);
    }

    private double ratio() {
        return value / limit;
    }

    String line() {
        var line = new StringBuilder("figure ").append(name).append(' ').append(number(value));
        line.append(' ').append(unit);
        if (!Double.isNaN(limit)) {
            line.append(" limit ").append(number(limit)).append(" ratio ").append(number(ratio()));
        }
        if (!target.isEmpty()) {
            line.append(" target ").append(target);
        }
        return line.toString();
    }

    String json() {
        var json = new StringBuilder(
                "{\"name\": \"%s\", \"value\": %s, \"unit\": \"%s\"".formatted(name, number(value), unit));
        if (!Double.isNaN(limit)) {
            json.append(", \"limit\": %s, \"ratio\": %s".formatted(number(limit), number(ratio())));
        }
        if (!target.isEmpty()) {
            json.append(", \"target\": \"").append(target).append('"');
        }
        return json.append('}').toString();
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.3f" : "%.1f", value);
    }
}
