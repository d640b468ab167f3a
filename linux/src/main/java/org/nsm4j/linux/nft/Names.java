package org.nsm4j.linux.nft;

import java.util.regex.Pattern;

/** The names that nft(8) can read back. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]{0,30}");

    private Names() {}

    static void check(String kind, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "%s name: %s (expected: a letter, then up to 30 letters, digits, _ . / -)".formatted(kind, name));
        }
    }
}
