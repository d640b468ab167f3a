package org.nsm4j.identity.attest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nsm4j.core.model.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A YAML document as a tree that knows its lines, so that each complaint can name one. */
sealed interface Yaml {
    /** The line, from 1. */
    int line();

    /** Keys and values, in the order of the file. */
    record Mapping(int line, Map<String, Yaml> entries) implements Yaml {}

    /** A list. */
    record Sequence(int line, List<Yaml> items) implements Yaml {}

    /** Anything written as one word or string; {@code null} is the empty text. */
    record Scalar(int line, String text) implements Yaml {}

    /**
     * Reads one document; an empty one is an empty mapping.
     *
     * @param where the file's name, for messages
     * @throws Refused INVALID with the line for what is no YAML, a key twice, or a second document
     */
    static Yaml parse(String where, String text) {
        var mapper = YAMLMapper.builder(YAMLFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .build();
        try (var parser = mapper.createParser(text)) {
            if (parser.nextToken() == null) {
                return new Mapping(1, Map.of());
            }
            var tree = node(parser);
            if (parser.nextToken() != null) {
                throw refused(where, line(parser), "a second document", "one document");
            }
            return tree;
        } catch (JacksonException e) {
            var location = e.getLocation();
            var first =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw refused(where, location == null ? 1 : location.getLineNr(), first, "YAML");
        }
    }

    private static Yaml node(JsonParser parser) {
        int line = line(parser);
        var token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            var entries = new LinkedHashMap<String, Yaml>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var key = parser.currentName();
                parser.nextToken();
                entries.put(key, node(parser));
            }
            return new Mapping(line, entries);
        }
        if (token == JsonToken.START_ARRAY) {
            var items = new ArrayList<Yaml>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(node(parser));
            }
            return new Sequence(line, items);
        }
        return new Scalar(line, token == JsonToken.VALUE_NULL ? "" : parser.getString());
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    /** A complaint about a line. */
    static Refused refused(String where, int line, String what, String expected) {
        return new Refused(
                Refused.Reason.INVALID, "%s line %d: %s (expected: %s)".formatted(where, line, what, expected));
    }
}
