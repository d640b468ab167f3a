package org.nsm4j.app.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under headings, each column as wide as its widest cell. */
final class Table {
    private static final int GAP = 3;

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row; an empty cell is shown as a dash, so that columns can be cut out by number. */
    Table row(Object... cells) {
        rows.add(Arrays.stream(cells)
                .map(String::valueOf)
                .map(cell -> cell.isEmpty() ? "-" : cell)
                .toList());
        return this;
    }

    List<String> headings() {
        return headings;
    }

    /** Lines without trailing space. */
    List<String> lines() {
        var widths = new int[headings.size()];
        measure(widths, headings);
        rows.forEach(row -> measure(widths, row));
        var lines = new ArrayList<String>();
        lines.add(line(widths, headings));
        rows.forEach(row -> lines.add(line(widths, row)));
        return lines;
    }

    private static void measure(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static String line(int[] widths, List<String> cells) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length() + GAP));
        }
        return line.toString().stripTrailing();
    }
}
