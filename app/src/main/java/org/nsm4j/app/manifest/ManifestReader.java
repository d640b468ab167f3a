package org.nsm4j.app.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NearName;

/**
 * Reads YAML or JSON documents of the kinds {@code NetworkService} and {@code NetworkServiceEndpoint} in
 * {@code networkservicemesh.io/v1}, {@code Connection} in {@code nsm4j.org/v1}, and {@code List} of these. Strict: what it
 * does not know, it refuses, so that a typo never silently changes what a service does.
 */
public final class ManifestReader {
    static final String UPSTREAM = "networkservicemesh.io/v1";
    static final String OURS = "nsm4j.org/v1";

    private static final List<String> TOP = List.of("apiVersion", "kind", "metadata", "spec");
    private static final List<String> KINDS = List.of("NetworkService", "NetworkServiceEndpoint", "Connection", "List");

    /** Characters; far beyond any sensible file. */
    private static final int LONGEST = 4 << 20;

    private final String source;
    private final Problems problems;
    private final List<String> warnings = new ArrayList<>();

    private ManifestReader(String source) {
        this.source = source;
        this.problems = new Problems(source);
    }

    /**
     * Reads a whole file.
     *
     * @param source its name, for error texts
     * @param text YAML or JSON
     * @throws BadManifest with everything that is wrong with it
     */
    public static Manifest read(String source, String text) {
        return new ManifestReader(source).read(text);
    }

    private Manifest read(String text) {
        var items = new ArrayList<Item>();
        if (text.length() > LONGEST) {
            problems.add(1, "%d characters (expected: at most %d)".formatted(text.length(), LONGEST));
        } else {
            new TreeReader(problems).documents(text).forEach(document -> resources(document, items));
            if (items.isEmpty() && problems.all().isEmpty()) {
                problems.add(1, "no resource (expected: a document with apiVersion, kind, metadata and spec)");
            }
        }
        if (!problems.all().isEmpty()) {
            throw new BadManifest(problems.all());
        }
        return new Manifest(items, warnings);
    }

    private void resources(Tree document, List<Item> items) {
        if (document instanceof Tree.Mapping map
                && map.entries().get("kind") instanceof Tree.Scalar kind
                && kind.text().equals("List")) {
            var list = Fields.of(document, "", problems, List.of("apiVersion", "kind", "metadata", "items"));
            list.items("items").forEach(item -> resources(item, items));
        } else {
            resource(document).ifPresent(items::add);
        }
    }

    private Optional<Item> resource(Tree document) {
        var top = Fields.of(document, "", problems, TOP);
        var name = name(top);
        var spec = spec(document);
        return switch (top.text("kind")) {
            case "NetworkService" -> {
                version(top, UPSTREAM);
                yield Optional.of(new Item.OfService(new ServiceShape(source, problems, warnings).read(name, spec)));
            }
            case "NetworkServiceEndpoint" -> {
                version(top, UPSTREAM);
                yield Optional.of(new Item.OfEndpoint(EndpointShape.read(name, spec, problems)));
            }
            case "Connection" -> {
                version(top, OURS);
                yield ConnectionShape.read(name, spec, problems).map(Item.OfDeclaration::new);
            }
            case String other -> {
                var expected = String.join(", ", KINDS);
                top.problem("kind", "\"%s\" (expected: %s)%s".formatted(other, expected, NearName.hint(other, KINDS)));
                yield Optional.empty();
            }
        };
    }

    private static Tree spec(Tree document) {
        var spec = document instanceof Tree.Mapping map ? map.entries().get("spec") : null;
        return spec == null ? new Tree.Mapping(document.line(), Map.of()) : spec;
    }

    private static void version(Fields top, String expected) {
        if (!top.text("apiVersion").equals(expected)) {
            top.problem("apiVersion", "\"%s\" (expected: %s)".formatted(top.text("apiVersion"), expected));
        }
    }

    /** The name in the metadata; namespace, labels and whatever else Kubernetes keeps there is passed over. */
    private static String name(Fields top) {
        return top.entries("metadata").get("name") instanceof Tree.Scalar name ? name.text() : "";
    }
}
