package org.nsm4j.app.observe;

import java.util.regex.Pattern;

/** Takes secrets out of what is about to be written: tokens, keys, and join tokens. */
final class Redaction {
    private static final Pattern SECRET = Pattern.compile("eyJ[\\w-]{5,}\\.[\\w-]*(\\.[\\w-]*)?"
            + "|-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)"
            + "|(?i)(?<=(token|key|secret|password|bearer)(=|: ?| )\"?)[\\w+/=.~-]{20,}");

    private Redaction() {}

    static String of(String text) {
        return SECRET.matcher(text).replaceAll("[redacted]");
    }
}
