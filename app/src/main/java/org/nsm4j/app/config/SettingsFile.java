package org.nsm4j.app.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A YAML file of settings, one flat map; the keys are the flags without their dashes: {@code log-level: DEBUG}. */
public final class SettingsFile {
    private SettingsFile() {}

    /**
     * Reads it; lists and maps become the notation that the environment has.
     *
     * @throws BadSettings if it cannot be read or is no flat map
     */
    public static Map<String, String> read(Path file) {
        try {
            var root = new YAMLMapper().readTree(Files.readString(file));
            var values = new LinkedHashMap<String, String>();
            if (root.isEmpty() && !root.isObject()) {
                return values;
            }
            if (!root.isObject()) {
                throw new BadSettings(
                        List.of("%s: %s (expected: KEY: VALUE lines)".formatted(file, root.getNodeType())));
            }
            root.properties().forEach(entry -> values.put(entry.getKey(), text(entry.getValue())));
            return values;
        } catch (IOException e) {
            throw new BadSettings(List.of("%s: cannot be read: %s".formatted(file, e)));
        } catch (JacksonException e) {
            throw new BadSettings(List.of("%s: %s".formatted(file, e.getOriginalMessage())));
        }
    }

    private static String text(JsonNode node) {
        if (node.isArray()) {
            var items = new ArrayList<String>();
            node.forEach(item -> items.add(item.isArray() ? "[" + text(item) + "]" : text(item)));
            return String.join(",", items);
        }
        if (node.isObject()) {
            var items = new ArrayList<String>();
            node.properties().forEach(entry -> items.add(entry.getKey() + ":" + text(entry.getValue())));
            return String.join(",", items);
        }
        return node.isNull() ? "" : node.asString();
    }
}
