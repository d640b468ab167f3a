package org.nsm4j.app.manifest;

import java.util.regex.Pattern;

/** Which names a resource may have. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.@-]{0,251}[A-Za-z0-9])?");

    private Names() {}

    /** The name in the spec, else that of the metadata; a missing or malformed one is a problem. */
    static String of(String metadata, Fields spec) {
        var name = spec.text("name").isEmpty() ? metadata : spec.text("name");
        if (!NAME.matcher(name).matches()) {
            spec.problem(
                    "name",
                    "\"%s\" (expected: in metadata.name or here 1–253 letters, digits, dots, dashes)".formatted(name));
        }
        return name;
    }
}
