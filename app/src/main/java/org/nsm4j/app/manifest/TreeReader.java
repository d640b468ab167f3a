package org.nsm4j.app.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** Reads YAML, of which JSON is a part, into trees that know their lines. */
final class TreeReader {
    private final Problems problems;

    TreeReader(Problems problems) {
        this.problems = problems;
    }

    /** Every document of the text that is not empty; what comes after an unreadable place is left out. */
    List<Tree> documents(String text) {
        var documents = new ArrayList<Tree>();
        try (var parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                var document = tree(parser);
                if (!(document instanceof Tree.Scalar scalar && scalar.text().isEmpty())) {
                    documents.add(document);
                }
            }
        } catch (JacksonException e) {
            problems.add(e.getLocation() == null ? 1 : e.getLocation().getLineNr(), firstLine(e.getOriginalMessage()));
        }
        return documents;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("unreadable");
    }

    private Tree tree(JsonParser parser) {
        int line = parser.currentTokenLocation().getLineNr();
        return switch (parser.currentToken()) {
            case START_OBJECT -> new Tree.Mapping(line, entries(parser));
            case START_ARRAY -> new Tree.Sequence(line, items(parser));
            case VALUE_NULL -> new Tree.Scalar(line, "");
            default -> new Tree.Scalar(line, String.valueOf(parser.getString()));
        };
    }

    private Map<String, Tree> entries(JsonParser parser) {
        var entries = new LinkedHashMap<String, Tree>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var key = String.valueOf(parser.currentName());
            int line = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            if (entries.put(key, tree(parser)) != null) {
                problems.add(line, "%s: given twice".formatted(key));
            }
        }
        return entries;
    }

    private List<Tree> items(JsonParser parser) {
        var items = new ArrayList<Tree>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(tree(parser));
        }
        return items;
    }
}
