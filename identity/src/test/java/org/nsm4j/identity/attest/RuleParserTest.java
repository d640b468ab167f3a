package org.nsm4j.identity.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nsm4j.core.model.Refused;

class RuleParserTest {
    private static void refuses(String yaml, String... complaint) {
        assertThatThrownBy(() -> new RuleParser("identity.yaml").parse(yaml))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID))
                .hasMessageContainingAll(complaint);
    }

    @Test
    void reads_rules_in_their_order_with_their_lines() {
        var rules = new RuleParser("identity.yaml").parse("""
                        # who is who
                        rules:
                          - id: /app/{user}/web
                            match: {user: www-data, executable: /usr/sbin/nginx}
                          - id: /container/{container}
                            match:
                              cgroup: "/system.slice/docker-*.scope"
                              userNamespace: any
                        """);
        assertThat(rules).extracting(Rule::id).containsExactly("/app/{user}/web", "/container/{container}");
        assertThat(rules).extracting(Rule::line).containsExactly(3, 5);
        assertThat(rules.getFirst().match().foreignUsers()).isFalse();
        assertThat(rules.getLast().match().foreignUsers()).isTrue();
    }

    @Test
    void names_the_line_of_an_unknown_key_and_the_near_one() {
        refuses("""
                rules:
                  - id: /app
                    match:
                      user: root
                      executeable: /bin/sleep
                """, "identity.yaml line 5: unknown key executeable", "did you mean executable?");
    }

    @Test
    void refuses_a_rule_by_user_alone_and_explains_why() {
        refuses(
                """
                rules:
                  - id: /app
                    match: {uid: 1000, userNamespace: host, pidNamespace: host}
                """,
                "identity.yaml line 3: a rule that matches by user alone",
                "every program that a user starts has the same uid");
    }

    @Test
    void refuses_a_rule_by_program_alone() {
        refuses(
                "rules: [{id: /app, match: {executable: /bin/sleep}}]",
                "line 1: a rule that matches by program alone",
                "any user can start a program");
    }

    @Test
    void refuses_a_rule_that_fits_everything() {
        refuses("rules: [{id: /app, match: {}}]", "a rule that matches any process");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/*", "/**", "docker", "**"})
    void refuses_a_control_group_that_says_nothing(String pattern) {
        refuses("rules: [{id: /app, match: {uid: 0, cgroup: '%s'}}]".formatted(pattern), "cgroup: " + pattern);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/node/a", "/authority", "app", "/a//b", "/a/../b", "/a b", "/{pid}", "/{usr}"})
    void refuses_an_id_that_is_no_path_or_reserved(String id) {
        refuses("rules: [{id: '%s', match: {uid: 0, executable: /bin/sleep}}]".formatted(id), "line 1: ");
    }

    @Test
    void refuses_an_id_by_which_a_workload_names_itself() {
        refuses(
                "rules: [{id: '/{executable.name}', match: {uid: 0, cgroup: /system.slice/a}}]",
                "otherwise a workload names itself");
        refuses("rules: [{id: '/{container}', match: {uid: 0, executable: /a}}]", "{container} without match.cgroup");
    }

    @Test
    void refuses_a_key_twice_a_second_document_and_what_is_no_yaml() {
        refuses("rules: []\nrules: []\n", "identity.yaml line 2: ");
        refuses("rules: []\n---\nrules: []\n", "line 3: a second document");
        refuses("rules: [\n", "identity.yaml line ");
        refuses("- id: /app\n", "line 1: not a mapping");
        refuses("rules: 3\n", "line 1: rules (expected: a list of rules");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uid: -1", "uid: 4294967295", "uid: bob", "userNamespace: foreign", "executable: sleep"})
    void refuses_a_value_of_the_wrong_kind(String selector) {
        refuses("rules:\n  - id: /app\n    match:\n      %s\n".formatted(selector), "line 4: " + selector);
    }

    @Test
    void takes_an_empty_file_for_no_rules() {
        assertThat(new RuleParser("identity.yaml").parse("# none yet\n")).isEmpty();
        assertThat(new RuleParser("identity.yaml").parse("rules:\n")).isEmpty();
    }
}
