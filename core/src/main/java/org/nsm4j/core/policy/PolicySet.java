package org.nsm4j.core.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.nsm4j.core.model.Refused;

/**
 * The rules that have to agree before a call goes on. None means that everybody may do everything.
 *
 * <pre>{@code
 * var policies = PolicySet.parse(List.of("etc/nsm/opa/common/.*.rego", "etc/nsm/opa/server/.*.rego"), verifier);
 * policies.enforce(Facts.ofPath(tokens, index, certificate, now));
 * }</pre>
 */
public final class PolicySet {
    /** What upstream's servers of connections judge by. */
    public static final List<String> SERVER = List.of("etc/nsm/opa/common/.*.rego", "etc/nsm/opa/server/.*.rego");
    /** What upstream's clients of connections judge by. */
    public static final List<String> CLIENT = List.of("etc/nsm/opa/common/.*.rego", "etc/nsm/opa/client/.*.rego");
    /** The default of {@code NSM_REGISTRY_SERVER_POLICIES}. */
    public static final List<String> REGISTRY_SERVER =
            List.of("etc/nsm/opa/common/.*.rego", "etc/nsm/opa/registry/.*.rego", "etc/nsm/opa/server/.*.rego");
    /** The default of {@code NSM_REGISTRY_CLIENT_POLICIES}. */
    public static final List<String> REGISTRY_CLIENT =
            List.of("etc/nsm/opa/common/.*.rego", "etc/nsm/opa/registry/.*.rego", "etc/nsm/opa/client/.*.rego");

    private final Set<Rule> rules;
    private final TokenVerifier verifier;

    /** The given rules. */
    public PolicySet(Set<Rule> rules, TokenVerifier verifier) {
        this.rules = rules.isEmpty() ? EnumSet.noneOf(Rule.class) : EnumSet.copyOf(rules);
        this.verifier = verifier;
    }

    /**
     * The rules that the masks of an {@code NSM_…_POLICIES} setting name: a file, or a regular expression over files.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for a mask that names no rule, and for one that names a file
     *     of this machine, which might say something else than the rule
     */
    public static PolicySet parse(List<String> masks, TokenVerifier verifier) {
        var rules = EnumSet.noneOf(Rule.class);
        for (var mask : masks) {
            if (!mask.isBlank()) {
                rules.addAll(named(mask.strip()));
            }
        }
        return new PolicySet(rules, verifier);
    }

    /**
     * The same, and what we hold callers to beyond upstream: that a token is the peer's own, and was signed by its subject
     * all along the path. A set without rules stays without: whoever asked for none wants none.
     */
    public PolicySet beyondUpstream(PathSignatures signatures) {
        var more = EnumSet.noneOf(Rule.class);
        more.addAll(rules);
        if (rules.contains(Rule.PREV_TOKEN_SIGNED)) {
            more.add(Rule.PREV_TOKEN_OF_PEER);
        }
        if (rules.contains(Rule.NEXT_TOKEN_SIGNED)) {
            more.add(Rule.NEXT_TOKEN_OF_PEER);
        }
        if (!rules.isEmpty()) {
            more.addAll(signatures.rules());
        }
        return new PolicySet(more, verifier);
    }

    private static List<Rule> named(String mask) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(mask);
        } catch (PatternSyntaxException e) {
            throw invalid(mask, "not a regular expression: " + e.getDescription());
        }
        refuseFiles(mask, pattern);
        var rules = Arrays.stream(Rule.values())
                .filter(rule -> rule.file()
                        .filter(file ->
                                file.equals(mask) || pattern.matcher(file).matches())
                        .isPresent())
                .toList();
        if (rules.isEmpty()) {
            throw invalid(mask, "no rule has this name");
        }
        return rules;
    }

    private static void refuseFiles(String mask, Pattern pattern) {
        var path = Path.of(mask);
        if (Files.isRegularFile(path)) {
            throw foreign(path);
        }
        var folder = path.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            files.filter(file -> pattern.matcher(file.toString()).matches())
                    .findFirst()
                    .ifPresent(file -> {
                        throw foreign(file);
                    });
        } catch (IOException e) {
            throw invalid(mask, "cannot list " + folder + ": " + e.getMessage());
        }
    }

    private static Refused foreign(Path file) {
        return invalid(file.toString(), "a Rego file of your own has no equivalent here");
    }

    private static Refused invalid(String mask, String why) {
        return new Refused(
                Refused.Reason.INVALID,
                "policy: \"%s\": %s (expected: a mask over %s)"
                        .formatted(
                                mask,
                                why,
                                String.join(
                                        ", ",
                                        Arrays.stream(Rule.values())
                                                .flatMap(rule -> rule.file().stream())
                                                .toList())));
    }

    /** The rules, in the order in which they are asked. */
    public Set<Rule> rules() {
        return Set.copyOf(rules);
    }

    /** What each rule says, in order. */
    public List<Verdict> check(Facts facts) {
        var evidence = new Evidence(facts, verifier);
        return rules.stream().map(rule -> rule.check(evidence)).toList();
    }

    /**
     * Goes on only when all rules agree.
     *
     * @throws Refused with {@link Refused.Reason#NOT_AUTHORIZED}, naming the first rule that does not, and its facts
     */
    public void enforce(Facts facts) {
        if (rules.isEmpty()) {
            return;
        }
        var evidence = new Evidence(facts, verifier);
        for (var rule : rules) {
            var verdict = rule.check(evidence);
            if (!verdict.allowed()) {
                throw new Refused(
                        Refused.Reason.NOT_AUTHORIZED,
                        "no sufficient privileges: rule %s: %s".formatted(verdict.rule(), verdict.reason()));
            }
        }
    }
}
