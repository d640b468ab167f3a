package org.nsm4j.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.nsm4j.core.address.PrefixGroups;

class UrlFuzzTest {
    private static final List<Consumer<String>> PARSERS = List.of(
            text -> assertThat(Url.parse(Url.parse(text).toString())).isEqualTo(Url.parse(text)),
            text -> ConnectUrl.parse(text).request(),
            text -> assertThat(SpiffeId.parse(text)).hasToString(text),
            text -> assertThat(Cidr.parse(Cidr.parse(text).toString())).isEqualTo(Cidr.parse(text)),
            Cidr::parseAddress,
            PrefixGroups::parse);

    @FuzzTest
    void any_text_is_a_url_an_identity_and_a_prefix_or_refused_as_invalid(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        for (var parser : PARSERS) {
            try {
                parser.accept(text);
            } catch (Refused e) {
                assertThat(e.reason()).isIn(Refused.Reason.INVALID, Refused.Reason.UNSUPPORTED);
            }
        }
    }
}
