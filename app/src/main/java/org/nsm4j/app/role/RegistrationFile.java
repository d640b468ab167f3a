package org.nsm4j.app.role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.nsm4j.core.model.NearName;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.policy.NamePattern;
import org.nsm4j.core.policy.RegistrationRules;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The file of the registration rules. A file that cannot be read or understood stops the start; one that is changed into
 * such later leaves the former rules as they are, and says so: never does a mistake open what was closed.
 */
final class RegistrationFile implements Supplier<RegistrationRules> {
    private static final System.Logger LOG = System.getLogger(RegistrationFile.class.getName());
    private static final Set<String> TOP = Set.of("rules", "managers");
    private static final Set<String> RULE = Set.of("identities", "services", "endpoints");

    private final Path file;
    private volatile Content last;

    private record Content(String text, RegistrationRules rules) {}

    private RegistrationFile(Path file, Content first) {
        this.file = file;
        this.last = first;
    }

    /**
     * Reads a file.
     *
     * @throws Refused with {@link Refused.Reason#INVALID}, naming what is wrong with it
     */
    static RegistrationFile open(Path file) {
        try {
            var text = text(file);
            return new RegistrationFile(file, new Content(text, parse(file, text)));
        } catch (IOException e) {
            throw invalid(file, "cannot be read: " + e, "the registration rules");
        }
    }

    @Override
    public RegistrationRules get() {
        var before = last;
        try {
            var text = text(file);
            if (!text.equals(before.text)) {
                last = new Content(text, before.rules); // a mistake is said once
                last = new Content(text, parse(file, text));
            }
        } catch (IOException | Refused e) {
            LOG.log(System.Logger.Level.WARNING, "registration rules stay as they were: {0}", e.getMessage());
        }
        return last.rules;
    }

    private static String text(Path file) throws IOException {
        var others = Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
        if (Files.getPosixFilePermissions(file).stream().anyMatch(others::contains)) {
            throw invalid(file, "others may write it", "mode 0644 or less");
        }
        return Files.readString(file);
    }

    static RegistrationRules parse(Path file, String text) {
        try {
            var yaml = YAMLMapper.builder(YAMLFactory.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build())
                    .build();
            var top = yaml.readTree(text);
            known(file, top, TOP);
            var rules = new ArrayList<RegistrationRules.Allowed>();
            for (var rule : top.path("rules")) {
                known(file, rule, RULE);
                rules.add(new RegistrationRules.Allowed(
                        patterns(file, rule, "identities", null),
                        patterns(file, rule, "services", null),
                        patterns(file, rule, "endpoints", "**")));
            }
            return new RegistrationRules(rules, patterns(file, top, "managers", ""));
        } catch (JacksonException e) {
            throw invalid(file, e.getOriginalMessage(), "YAML");
        }
    }

    private static void known(Path file, JsonNode node, Set<String> keys) {
        if (!node.isObject()) {
            throw invalid(file, "no mapping", "the keys " + keys);
        }
        for (var key : node.propertyNames()) {
            if (!keys.contains(key)) {
                throw invalid(file, key + ": no such key" + NearName.hint(key, keys), "the keys " + keys);
            }
        }
    }

    /** Where a key is missing: an error if there is nothing else, nothing if that is empty. */
    private static List<NamePattern> patterns(
            Path file, JsonNode node, String key, @org.jspecify.annotations.Nullable String otherwise) {
        var list = node.path(key);
        if (list.isMissingNode() && otherwise != null) {
            return otherwise.isEmpty() ? List.of() : List.of(new NamePattern(otherwise));
        }
        if (!list.isArray() || list.isEmpty()) {
            throw invalid(file, key + ": nothing", "a list of names, * for a part, ** for any depth");
        }
        var patterns = new ArrayList<NamePattern>();
        list.forEach(each -> patterns.add(new NamePattern(each.asString())));
        return patterns;
    }

    private static Refused invalid(Path file, String what, String expected) {
        return new Refused(Refused.Reason.INVALID, "%s: %s (expected: %s)".formatted(file, what, expected));
    }
}
