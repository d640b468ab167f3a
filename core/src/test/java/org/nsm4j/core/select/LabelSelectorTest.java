package org.nsm4j.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorTest {
    private static final Map<String, String> CLIENT = Map.of("nodeName", "n1", "podName", "p1", "a-b", "x");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{.nodeName}} | n1",
                "{{ .nodeName }}-{{ index . \"podName\" }} | n1-p1",
                "{{ index . `a-b` }} | x",
                "{{.missing}} | <no value>",
                "[{{ index . \"missing\" }}] | []",
                "plain | plain",
                "{{.a-b}} | {{.a-b}}",
                "{{.nodeName | {{.nodeName",
                "{{printf .nodeName}} | {{printf .nodeName}}",
            })
    void renders_templates_as_go_does(String text, String expected) {
        assertThat(LabelTemplate.render(text, CLIENT)).isEqualTo(expected);
    }

    @Test
    void takes_the_literal_value_before_the_template() {
        assertThat(LabelSelector.fits(Map.of("n", "{{.nodeName}}"), Map.of("n", "{{.nodeName}}"), CLIENT))
                .isTrue();
        assertThat(LabelSelector.fits(Map.of("n", "{{.nodeName}}"), Map.of("n", "n1"), CLIENT))
                .isTrue();
        assertThat(LabelSelector.fits(Map.of("n", "{{.nodeName}}"), Map.of("n", "n2"), CLIENT))
                .isFalse();
    }

    @Test
    void wants_at_least_as_many_labels_as_the_selector_has() {
        assertThat(LabelSelector.fits(Map.of(), Map.of(), CLIENT)).isTrue();
        assertThat(LabelSelector.fits(Map.of("a", ""), Map.of(), CLIENT)).isFalse();
        assertThat(LabelSelector.fits(Map.of("a", ""), Map.of("b", "c"), CLIENT))
                .isTrue();
    }
}
