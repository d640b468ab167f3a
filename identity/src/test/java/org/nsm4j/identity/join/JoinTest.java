package org.nsm4j.identity.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;
import org.nsm4j.identity.TestClock;
import org.nsm4j.identity.authority.Authority;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.Bundle;
import org.nsm4j.identity.authority.JwtSvids;
import org.nsm4j.identity.authority.Membership;
import org.nsm4j.identity.authority.NodeAuthority;
import org.nsm4j.identity.authority.RootAuthority;

/** Two hosts in one process, over a real connection on the loopback. */
class JoinTest {
    private static final SpiffeId APP = SpiffeId.parse("spiffe://nsm.local/app");
    private static final Duration LIFE = JoinServer.TOKEN_LIFE;
    private static final AuthoritySettings SETTINGS = new AuthoritySettings(
            "nsm.local",
            Duration.ofDays(1),
            Duration.ofMinutes(20),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1));
    private final TestClock clock = new TestClock();
    private Path directory;
    private RootAuthority root;
    private Members members;
    private JoinServer server;

    @BeforeEach
    void firstHost(@TempDir Path temporary) {
        directory = temporary;
        start(0);
    }

    private void start(int port) {
        root = RootAuthority.open(directory.resolve("first"), SETTINGS, clock);
        members = Members.open(directory.resolve("first"), clock);
        server = JoinServer.start(root, members, new InetSocketAddress("127.0.0.1", port));
    }

    @AfterEach
    void stop() {
        server.close();
        root.close();
    }

    private JoinToken token() {
        return server.invite("127.0.0.1:" + server.port(), LIFE, Optional.empty());
    }

    private NodeAuthority join(JoinToken token, String node) {
        return Joiner.join(directory.resolve(node), token, node, SETTINGS, clock);
    }

    private static void refuses(Refused.Reason reason, Runnable work, String... messages) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(List.of(messages))
                        .allSatisfy(message -> assertThat(e).hasMessageContaining(message)));
    }

    private void validate(Svid svid, Bundle bundle) throws Exception {
        var anchors =
                bundle.roots().stream().map(each -> new TrustAnchor(each, null)).collect(Collectors.toSet());
        var parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(clock.now()));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(svid.chain());
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    @Test
    void a_host_that_joined_signs_what_the_first_accepts() throws Exception {
        try (var node = join(JoinToken.parse(token().text()), "node-b")) {
            var svid = node.issue(APP);
            assertThat(svid.chain()).hasSize(2);
            validate(svid, root.bundle());
            validate(node.membership().svid(), root.bundle());
            assertThat(node.membership().svid().id()).hasToString("spiffe://nsm.local/node/node-b");
            assertThat(members.nodes()).containsExactly("node-b");
            var token = node.issueToken(APP, List.of("somebody"));
            assertThat(JwtSvids.validate(root.bundle(), token, "somebody", clock.now())
                            .id())
                    .isEqualTo(APP);
        }
    }

    @Test
    void refuses_a_token_that_was_used_also_after_a_restart() {
        var token = token();
        join(token, "node-b").close();
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(token, "node-c"), "unknown, used or expired");
        int port = server.port();
        stop();
        start(port);
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(token, "node-c"), "unknown, used or expired");
        assertThat(members.nodes()).containsExactly("node-b");
        assertThat(directory.resolve("node-c/membership.json")).doesNotExist();
    }

    @Test
    void a_token_not_yet_used_works_after_a_restart() {
        var token = token();
        int port = server.port();
        stop();
        start(port);
        join(token, "node-b").close();
        assertThat(members.nodes()).containsExactly("node-b");
    }

    @Test
    void refuses_an_expired_token_on_both_sides() {
        var token = token();
        var later = new JoinToken(
                token.trustDomain(),
                token.home(),
                token.pin(),
                token.secret(),
                token.until().plusSeconds(3600));
        clock.advance(LIFE.plusSeconds(1));
        refuses(Refused.Reason.INVALID, () -> join(token, "node-b"), "join token: expired at");
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(later, "node-b"), "unknown, used or expired");
    }

    @Test
    void sends_the_secret_to_nobody_but_the_host_whose_root_is_pinned() {
        var token = token();
        var pin = token.pin().clone();
        pin[0] ^= 1;
        var wrong = new JoinToken(token.trustDomain(), token.home(), pin, token.secret(), token.until());
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(wrong, "node-b"), "is not the host that was expected");
        join(token, "node-b").close();
    }

    @Test
    void refuses_a_secret_that_was_never_given() {
        var token = token();
        var secret = token.secret().clone();
        secret[0] ^= 1;
        var wrong = new JoinToken(token.trustDomain(), token.home(), token.pin(), secret, token.until());
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(wrong, "node-b"), "unknown, used or expired");
    }

    @Test
    void lets_nobody_try_many_secrets() {
        var token = token();
        var wrong = new JoinToken(token.trustDomain(), token.home(), token.pin(), new byte[16], token.until());
        for (int i = 0; i < 10; i++) {
            refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(wrong, "node-b"));
        }
        refuses(Refused.Reason.NO_CAPACITY, () -> join(wrong, "node-b"), "more than 10 attempts from 127.0.0.1");
        clock.advance(Duration.ofMinutes(2));
        join(token, "node-b").close();
    }

    @Test
    void refuses_a_name_that_another_host_has_unless_the_token_is_for_it() {
        join(token(), "node-b").close();
        var other = token();
        refuses(
                Refused.Reason.CONFLICT,
                () -> Joiner.join(directory.resolve("x"), other, "node-b", SETTINGS, clock),
                "node-b is a member already");
        var own = server.invite("127.0.0.1:" + server.port(), LIFE, Optional.of("node-b"));
        refuses(Refused.Reason.NOT_AUTHORIZED, () -> join(own, "node-c"), "expected: node-b, whom the token is for");
        Joiner.join(directory.resolve("x"), own, "node-b", SETTINGS, clock).close();
    }

    @Test
    void refuses_to_join_twice() {
        join(token(), "node-b").close();
        refuses(Refused.Reason.CONFLICT, () -> join(token(), "node-b"), "this host has an identity already");
    }

    @Test
    void renews_with_its_own_identity_and_outlives_its_first_authority() throws Exception {
        try (var node = join(token(), "node-b")) {
            var first = node.membership().signing().certificate();
            clock.advance(Duration.ofMinutes(9));
            assertThat(node.membership().signing().certificate()).isEqualTo(first);
            clock.advance(Duration.ofMinutes(2));
            assertThat(node.membership().signing().certificate()).isNotEqualTo(first);
            clock.advance(Duration.ofMinutes(20));
            validate(node.issue(APP), root.bundle());
        }
        try (var again = Joiner.reopen(directory.resolve("node-b"), SETTINGS, clock)) {
            validate(again.issue(APP), root.bundle());
            assertThat(again.refresh()).isTrue();
        }
    }

    @Test
    void hears_of_the_token_keys_of_other_hosts() {
        try (var one = join(token(), "node-b");
                var other = join(token(), "node-c")) {
            var token = other.issueToken(APP, List.of("x"));
            assertThatThrownBy(() -> JwtSvids.validate(one.bundle(), token, "x", clock.now()))
                    .hasMessageContaining("wrong kid");
            clock.advance(Duration.ofMinutes(1));
            assertThat(JwtSvids.validate(one.bundle(), token, "x", clock.now()).id())
                    .isEqualTo(APP);
        }
    }

    @Test
    void renews_for_no_workload_and_for_no_host_signed_by_another() throws Exception {
        try (var node = join(token(), "node-b")) {
            Authority authority = node;
            var posing = authority.issue(SpiffeId.parse("spiffe://nsm.local/node/node-c"));
            var membership = new Membership(
                    "node-c",
                    node.membership().home(),
                    posing,
                    node.membership().signing(),
                    node.bundle());
            assertThatThrownBy(() -> Joiner.at(clock::now).renew(membership, Optional.empty()))
                    .isInstanceOf(Refused.class);
            assertThat(members.nodes()).containsExactly("node-b");
        }
    }

    @Test
    void an_expelled_host_gets_nothing_new() {
        try (var node = join(token(), "node-b")) {
            var key = node.bundle().jwtKeys();
            server.expel("node-b");
            assertThat(node.refresh()).isFalse();
            assertThat(members.nodes()).isEmpty();
            assertThat(root.bundle().jwtKeys()).hasSize(key.size() - 1);
            int port = server.port();
            stop();
            start(port);
            assertThat(node.refresh()).isFalse();
        }
    }

    @Test
    void keeps_signing_while_the_first_host_is_down_until_its_authority_ends() {
        try (var node = join(token(), "node-b")) {
            server.close();
            clock.advance(Duration.ofMinutes(15));
            assertThat(node.issue(APP).chain()).hasSize(2);
            clock.advance(Duration.ofMinutes(6));
            refuses(Refused.Reason.UNAVAILABLE, () -> node.issue(APP), "authority of nsm.local: expired at");
        }
    }

    @Test
    void keeps_no_secret_of_a_token_and_shows_none() throws Exception {
        var token = token();
        var stored = Files.readString(directory.resolve("first/members.json"));
        assertThat(stored)
                .contains(HexFormat.of().formatHex(JoinToken.sha256(token.secret())))
                .doesNotContain(HexFormat.of().formatHex(token.secret()));
        assertThat(token.toString()).doesNotContain(token.text()).doesNotContain("secret");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("first/members.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void reads_its_own_tokens_and_no_damaged_ones() {
        var token = token();
        assertThat(JoinToken.parse("  " + token.text() + "\n")).isEqualTo(token);
        for (var damaged : List.of(
                "",
                "nsm1-",
                token.text().substring(1),
                token.text() + "A",
                token.text().replace('A', 'B'))) {
            refuses(Refused.Reason.INVALID, () -> JoinToken.parse(damaged), "join token: not readable");
        }
    }
}
