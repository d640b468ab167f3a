package org.nsm4j.app.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.nsm4j.core.model.NearName;

/** A map of a document, read strictly: an unknown field is a problem with the near name, and so is a wrong kind of value. */
final class Fields {
    private final Tree.Mapping mapping;
    private final String path;
    private final Problems problems;

    private Fields(Tree.Mapping mapping, String path, Problems problems) {
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
    }

    /** The fields of a tree; a tree that is no map is a problem and has none. */
    static Fields of(Tree tree, String path, Problems problems, List<String> known) {
        if (!(tree instanceof Tree.Mapping mapping)) {
            problems.add(
                    tree.line(), "%s: %s (expected: a map)".formatted(path.isEmpty() ? "document" : path, tree.kind()));
            return new Fields(new Tree.Mapping(tree.line(), Map.of()), path, problems);
        }
        var fields = new Fields(mapping, path, problems);
        mapping.entries().forEach((key, value) -> {
            if (!known.contains(key)) {
                problems.add(value.line(), "%s: no such field%s".formatted(fields.at(key), NearName.hint(key, known)));
            }
        });
        return fields;
    }

    int line() {
        return mapping.line();
    }

    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    void problem(String key, String sentence) {
        var value = mapping.entries().get(key);
        problems.add(value == null ? line() : value.line(), at(key) + ": " + sentence);
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    String text(String key) {
        return switch (mapping.entries().get(key)) {
            case null -> "";
            case Tree.Scalar scalar -> scalar.text();
            case Tree other -> {
                problem(key, "%s (expected: a text)".formatted(other.kind()));
                yield "";
            }
        };
    }

    boolean flag(String key) {
        var text = text(key);
        if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
            problem(key, "\"%s\" (expected: true or false)".formatted(text));
        }
        return text.equals("true");
    }

    int number(String key) {
        var text = text(key);
        try {
            return text.isEmpty() ? 0 : Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            problem(key, "\"%s\" (expected: a number of 0 or more)".formatted(text));
            return 0;
        }
    }

    /** The value read by a function whose {@link RuntimeException} says what is wrong; then it is empty. */
    <T> Optional<T> read(String key, Function<String, T> reader) {
        try {
            return Optional.of(reader.apply(text(key)));
        } catch (RuntimeException e) {
            problem(key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    Optional<Fields> map(String key, List<String> known) {
        var value = mapping.entries().get(key);
        return value == null ? Optional.empty() : Optional.of(of(value, at(key), problems, known));
    }

    /** A map whose keys are free. */
    Map<String, Tree> entries(String key) {
        return switch (mapping.entries().get(key)) {
            case null -> Map.of();
            case Tree.Mapping map -> map.entries();
            case Tree.Scalar scalar when scalar.text().isEmpty() -> Map.of();
            case Tree other -> {
                problem(key, "%s (expected: a map)".formatted(other.kind()));
                yield Map.of();
            }
        };
    }

    /** Labels: a map of texts. */
    Map<String, String> labels(String key) {
        var labels = new LinkedHashMap<String, String>();
        entries(key).forEach((name, value) -> {
            if (value instanceof Tree.Scalar scalar) {
                labels.put(name, scalar.text());
            } else {
                problems.add(value.line(), "%s.%s: %s (expected: a text)".formatted(at(key), name, value.kind()));
            }
        });
        return labels;
    }

    List<Tree> items(String key) {
        return switch (mapping.entries().get(key)) {
            case null -> List.of();
            case Tree.Sequence sequence -> sequence.items();
            case Tree.Scalar scalar when scalar.text().isEmpty() -> List.of();
            case Tree other -> {
                problem(key, "%s (expected: a list)".formatted(other.kind()));
                yield List.of();
            }
        };
    }

    List<String> texts(String key) {
        var texts = new ArrayList<String>();
        for (var item : items(key)) {
            if (item instanceof Tree.Scalar scalar && !scalar.text().isEmpty()) {
                texts.add(scalar.text());
            } else {
                problems.add(item.line(), "%s: %s (expected: a text)".formatted(at(key), item.kind()));
            }
        }
        return texts;
    }
}
