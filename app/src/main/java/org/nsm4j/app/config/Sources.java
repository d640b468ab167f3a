package org.nsm4j.app.config;

import java.util.Map;
import java.util.Optional;

/**
 * Where values come from, the strongest first.
 *
 * @param flags by {@link Declaration#key}
 * @param environment by variable
 * @param file by {@link Declaration#key}
 * @param fileName for error texts
 */
public record Sources(
        Map<String, String> flags, Map<String, String> environment, Map<String, String> file, String fileName) {
    public Sources {
        flags = Map.copyOf(flags);
        environment = Map.copyOf(environment);
        file = Map.copyOf(file);
    }

    /** The environment alone. */
    public static Sources ofEnvironment(Map<String, String> environment) {
        return new Sources(Map.of(), environment, Map.of(), "");
    }

    /** A value and the name under which the user gave it. */
    record Given(String name, String text) {}

    Optional<Given> find(Declaration declaration) {
        var key = declaration.key();
        if (flags.containsKey(key)) {
            return Optional.of(new Given(declaration.flag(), flags.get(key)));
        }
        if (environment.containsKey(declaration.env())) {
            return Optional.of(new Given(declaration.env(), environment.get(declaration.env())));
        }
        return Optional.ofNullable(file.get(key)).map(text -> new Given(fileName + ": " + key, text));
    }
}
