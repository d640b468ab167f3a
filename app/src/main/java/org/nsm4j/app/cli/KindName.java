package org.nsm4j.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NearName;
import picocli.CommandLine;

/** Reads a kind as people type it: singular, plural, or as kubectl shortens upstream's resources. */
final class KindName implements CommandLine.ITypeConverter<Item.Kind> {
    @Override
    public Item.Kind convert(String typed) {
        return switch (typed.toLowerCase(Locale.ROOT)) {
            case "service", "services", "networkservice", "networkservices", "netsvc", "netsvcs" -> Item.Kind.SERVICE;
            case "endpoint", "endpoints", "networkserviceendpoint", "networkserviceendpoints", "nse", "nses" ->
                Item.Kind.ENDPOINT;
            case "connection", "connections", "conn", "conns" -> Item.Kind.CONNECTION;
            case "node", "nodes" -> Item.Kind.NODE;
            default ->
                throw new CommandLine.TypeConversionException("\"%s\" (expected: %s)%s"
                        .formatted(typed, String.join(", ", new Names()), NearName.hint(typed, new Names())));
        };
    }

    /** For shell completion. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(List.of("services", "endpoints", "connections", "nodes"));
        }
    }
}
