package org.nsm4j.app.manifest;

import java.util.List;
import java.util.Map;

/** A YAML or JSON document that still knows its lines. */
sealed interface Tree {
    /** From 1. */
    int line();

    /** What it is, for error texts. */
    default String kind() {
        return switch (this) {
            case Mapping m -> "a map";
            case Sequence s -> "a list";
            case Scalar s -> s.text().isEmpty() ? "nothing" : "\"" + s.text() + "\"";
        };
    }

    /** Keys and values, in their order. */
    record Mapping(int line, Map<String, Tree> entries) implements Tree {}

    /** Items, in their order. */
    record Sequence(int line, List<Tree> items) implements Tree {}

    /** A text, number or flag; null is the empty text. */
    record Scalar(int line, String text) implements Tree {}
}
