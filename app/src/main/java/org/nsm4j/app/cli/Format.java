package org.nsm4j.app.cli;

import java.util.List;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.manifest.ManifestWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** How a list is shown. */
enum Format {
    /** A table. */
    table,
    /** A table with more columns. */
    wide,
    /** One JSON object of kind List. */
    json,
    /** YAML documents. */
    yaml,
    /** {@code KIND/NAME} lines. */
    name;

    static String json(Object tree) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(tree);
    }

    /** One JSON object on one line, for streams. */
    static String jsonLine(Object tree) {
        return new JsonMapper().writeValueAsString(tree);
    }

    static String yaml(Object tree) {
        return new YAMLMapper().writeValueAsString(tree).stripTrailing();
    }

    /** The lines of a list in this format. */
    List<String> lines(Item.Kind kind, List<Item> items) {
        return switch (this) {
            case table -> Listings.table(kind, items, false).lines();
            case wide -> Listings.table(kind, items, true).lines();
            case json -> List.of(json(ManifestWriter.list(items)));
            case yaml ->
                items.stream().map(item -> yaml(ManifestWriter.resource(item))).toList();
            case name -> items.stream().map(Listings::reference).toList();
        };
    }
}
