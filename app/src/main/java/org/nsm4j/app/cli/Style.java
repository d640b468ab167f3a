package org.nsm4j.app.cli;

import java.util.regex.Pattern;

/** Colours for words that tell good from bad; nothing else is coloured. */
final class Style {
    private static final Pattern GOOD = Pattern.compile("(?<![\\w-])(UP|ok|ready|yes)(?![\\w-])");
    private static final Pattern BAD = Pattern.compile("(?<![\\w-])(DOWN|FAIL|not ready)(?![\\w-])");
    private static final Pattern DOUBTFUL =
            Pattern.compile("(?<![\\w-])(warn|RESELECT_REQUESTED|REFRESH_REQUESTED)(?![\\w-])");

    private final boolean colours;

    Style(Surroundings surroundings) {
        this.colours = surroundings.colours();
    }

    String paint(String line) {
        if (!colours) {
            return line;
        }
        var painted = BAD.matcher(line).replaceAll("\u001b[31m$1\u001b[0m");
        painted = DOUBTFUL.matcher(painted).replaceAll("\u001b[33m$1\u001b[0m");
        return GOOD.matcher(painted).replaceAll("\u001b[32m$1\u001b[0m");
    }

    String heading(String line) {
        return colours ? "\u001b[1m" + line + "\u001b[0m" : line;
    }
}
