package org.nsm4j.identity.attest;

import java.util.regex.Pattern;

/** Control groups: which one a process is in, and patterns over their paths. */
final class ControlGroup {
    private ControlGroup() {}

    /**
     * The path that {@code /proc/PID/cgroup} tells: of the unified hierarchy (the line {@code 0::}); on a host of the
     * former kind, where that is only the root, of systemd's hierarchy or of {@code pids}.
     */
    static String of(String lines) {
        var unified = path(lines, "0::");
        if (!unified.equals("/")) {
            return unified;
        }
        var systemd = path(lines, "[0-9]+:name=systemd:");
        return systemd.equals("/") ? path(lines, "[0-9]+:pids:") : systemd;
    }

    private static String path(String lines, String head) {
        var line = Pattern.compile("^" + head + "(/.*)$", Pattern.MULTILINE).matcher(lines);
        return line.find() ? line.group(1) : "/";
    }

    /** A pattern in which {@code *} stands for anything within one part of the path, and {@code **} across parts. */
    static Pattern pattern(String text) {
        var regex = new StringBuilder();
        int literal = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '*') {
                boolean twice = i + 1 < text.length() && text.charAt(i + 1) == '*';
                regex.append(Pattern.quote(text.substring(literal, i))).append(twice ? ".*" : "[^/]*");
                i += twice ? 1 : 0;
                literal = i + 1;
            }
        }
        return Pattern.compile(
                regex.append(Pattern.quote(text.substring(literal))).toString());
    }

    /** Whether a pattern says anything at all. */
    static boolean isTelling(String pattern) {
        return pattern.startsWith("/") && pattern.chars().anyMatch(c -> c != '*' && c != '/');
    }
}
