package org.nsm4j.identity.attest;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/** Reads {@code identity.yaml} strictly: whatever is not understood is refused with its line, never skipped. */
final class RuleParser {
    private static final List<String> TOP = List.of("rules");
    private static final List<String> RULE = List.of("id", "match");
    private static final List<String> MATCH =
            List.of("user", "uid", "executable", "executableSha256", "cgroup", "userNamespace", "pidNamespace");
    private final String where;

    RuleParser(String where) {
        this.where = where;
    }

    List<Rule> parse(String text) {
        var top = mapping(Yaml.parse(where, text), TOP, "a mapping with the key rules");
        var rules = top.get("rules");
        return switch (rules) {
            case null -> List.of();
            case Yaml.Scalar empty when empty.text().isEmpty() -> List.of();
            case Yaml.Sequence list -> list.items().stream().map(this::rule).toList();
            case Yaml other -> throw refused(other.line(), "rules", "a list of rules, each with id and match");
        };
    }

    private Rule rule(Yaml node) {
        var entries = mapping(node, RULE, "a mapping with the keys id and match");
        if (!entries.containsKey("id") || !entries.containsKey("match")) {
            throw refused(node.line(), "a rule with " + entries.keySet(), "both id and match");
        }
        var id = text(entries, "id").orElseThrow();
        int line = entries.get("id").line();
        var match = match(entries.get("match"));
        checkTelling(entries.get("match").line(), match);
        checkTemplate(line, id, match);
        return new Rule(line, id, match);
    }

    private Rule.Match match(Yaml node) {
        var entries = mapping(node, MATCH, "a mapping of selectors: " + String.join(", ", MATCH));
        var cgroup = text(entries, "cgroup");
        if (cgroup.isPresent() && !ControlGroup.isTelling(cgroup.get())) {
            throw refused(
                    node.line(),
                    "cgroup: " + cgroup.get(),
                    "a path from / on that does not fit every process; * stands for part of a name, ** for any depth");
        }
        return new Rule.Match(
                text(entries, "user"),
                uid(node.line(), entries),
                text(entries, "executable", "/.*[^/]", "an absolute path of a program"),
                text(
                        entries,
                        "executableSha256",
                        "[0-9a-f]{64}",
                        "64 lower-case hexadecimal digits, as sha256sum prints"),
                cgroup,
                text(entries, "userNamespace", "host|any", "host, which is the default, or any")
                        .equals(Optional.of("any")),
                text(entries, "pidNamespace", "host|any", "host, or any, which is the default")
                        .equals(Optional.of("host")));
    }

    private OptionalInt uid(int line, Map<String, Yaml> entries) {
        var text = text(entries, "uid", "[0-9]{1,10}", "a number from 0 to 4294967294");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(text.get());
        if (number > 4294967294L) {
            throw refused(line, "uid: " + number, "a number from 0 to 4294967294");
        }
        return OptionalInt.of((int) number);
    }

    private void checkTelling(int line, Rule.Match match) {
        boolean user = match.user().isPresent() || match.uid().isPresent();
        boolean program =
                match.executable().isPresent() || match.executableSha256().isPresent();
        if (match.cgroup().isEmpty() && !program) {
            throw refused(
                    line,
                    user ? "a rule that matches by user alone" : "a rule that matches any process",
                    "executable, executableSha256 or cgroup as well: every program that a user starts has the same uid, "
                            + "also one that was never meant to have this identity");
        }
        if (match.cgroup().isEmpty() && !user) {
            throw refused(
                    line,
                    "a rule that matches by program alone",
                    "user, uid or cgroup as well: any user can start a program and steer it from outside");
        }
    }

    private void checkTemplate(int line, String id, Rule.Match match) {
        Rule.FIELD.matcher(id).results().map(found -> found.group(1)).forEach(field -> {
            if (!Rule.FIELDS.contains(field)) {
                throw refused(line, "{" + field + "}", "one of " + Rule.FIELDS + near(field, Rule.FIELDS));
            }
            if (field.equals("container") && match.cgroup().isEmpty()) {
                throw refused(
                        line, "{container} without match.cgroup", "a pattern of the groups that the runtime makes");
            }
            if (field.equals("executable.name")
                    && match.executable().isEmpty()
                    && match.executableSha256().isEmpty()) {
                throw refused(
                        line,
                        "{executable.name} without match.executable or match.executableSha256",
                        "one of them: otherwise a workload names itself");
            }
        });
        var plain = Rule.FIELD.matcher(id).replaceAll("x");
        if (!plain.startsWith("/")) {
            throw refused(line, "id: " + id, "a path from / on, such as /app/{user}; the trust domain is added");
        }
        try {
            SpiffeId.parse("spiffe://x" + plain);
        } catch (Refused e) {
            throw refused(
                    line, "id: " + id, "a path such as /app/{user}; letters, digits, '.', '_' and '-' in each part");
        }
        if (Rule.RESERVED.contains(id.split("/", -1)[1])) {
            throw refused(line, "id: " + id, "a path that does not begin with one of " + Rule.RESERVED);
        }
    }

    private Map<String, Yaml> mapping(Yaml node, List<String> keys, String expected) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw refused(node.line(), "not a mapping", expected);
        }
        mapping.entries().forEach((key, value) -> {
            if (!keys.contains(key)) {
                throw refused(value.line(), "unknown key " + key, "one of " + keys + near(key, keys));
            }
        });
        return mapping.entries();
    }

    private Optional<String> text(Map<String, Yaml> entries, String key) {
        return text(entries, key, ".+", "a text");
    }

    private Optional<String> text(Map<String, Yaml> entries, String key, String pattern, String expected) {
        return switch (entries.get(key)) {
            case null -> Optional.empty();
            case Yaml.Scalar scalar when scalar.text().matches(pattern) -> Optional.of(scalar.text());
            case Yaml.Scalar scalar -> throw refused(scalar.line(), key + ": " + scalar.text(), expected);
            case Yaml other -> throw refused(other.line(), key, expected);
        };
    }

    private static String near(String word, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(word, each)))
                .filter(each -> distance(word, each) <= Math.max(2, each.length() / 3))
                .map(each -> "; did you mean " + each + "?")
                .orElse("");
    }

    /** How many letters must be put in, left out or changed (Levenshtein), whatever their case. */
    private static int distance(String word, String known) {
        var one = word.substring(0, Math.min(word.length(), 64)).toLowerCase(Locale.ROOT);
        var other = known.toLowerCase(Locale.ROOT);
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    private Refused refused(int line, String what, String expected) {
        return Yaml.refused(where, line, what, expected);
    }
}
