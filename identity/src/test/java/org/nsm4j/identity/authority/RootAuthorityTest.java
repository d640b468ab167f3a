package org.nsm4j.identity.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.grpc.spiffe.Svid;
import org.nsm4j.identity.TestClock;

class RootAuthorityTest {
    private static final SpiffeId ID = SpiffeId.parse("spiffe://nsm.local/app/web");
    private final TestClock clock = new TestClock();
    private Path directory;

    @BeforeEach
    void directory(@TempDir Path temporary) {
        directory = temporary.resolve("identity");
    }

    private RootAuthority open() {
        return RootAuthority.open(directory, AuthoritySettings.STANDARD, clock);
    }

    private static void validate(Svid svid, Bundle bundle, Instant at) throws Exception {
        var anchors =
                bundle.roots().stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        var parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(svid.chain());
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    @Test
    void keeps_its_root_and_its_token_key_over_a_restart() {
        var before = open();
        before.close();
        var after = open();
        assertThat(after.bundle()).isEqualTo(before.bundle());
        assertThat(after.bundle().roots()).hasSize(1);
        assertThat(after.bundle().jwtKeys()).hasSize(1).noneMatch(key -> key.isPrivate());
    }

    @Test
    void keeps_its_keys_in_a_file_for_its_user_alone() throws Exception {
        open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("authority.json"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("authority.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void makes_one_root_where_many_start_at_once() throws Exception {
        try (var pool = Executors.newFixedThreadPool(8)) {
            var starts = new ArrayList<Callable<X509Certificate>>();
            for (int i = 0; i < 8; i++) {
                starts.add(() -> open().root());
            }
            var roots = new ArrayList<X509Certificate>();
            for (var future : pool.invokeAll(starts)) {
                roots.add(future.get());
            }
            assertThat(roots).hasSize(8).containsOnly(open().root());
        }
    }

    @Test
    void refuses_a_key_file_that_others_may_read() throws Exception {
        open();
        var file = directory.resolve("authority.json");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::open)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("mode 0640 (expected: 0600; cure: chmod 600 " + file);
    }

    @Test
    void refuses_a_directory_that_others_may_enter() throws Exception {
        open();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(this::open).isInstanceOf(Refused.class).hasMessageContaining("mode 0755 (expected: 0700");
    }

    @Test
    void refuses_a_link_in_place_of_its_file() throws Exception {
        open();
        var file = directory.resolve("authority.json");
        var elsewhere = directory.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertThatThrownBy(this::open).isInstanceOf(Refused.class).hasMessageContaining("not a plain file");
    }

    @Test
    void refuses_a_file_that_was_cut_off_and_says_the_cure() throws Exception {
        open();
        var file = directory.resolve("authority.json");
        var content = Files.readString(file);
        Files.writeString(file, content.substring(0, content.length() / 2));
        assertThatThrownBy(this::open)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("cure: restore it from a backup")
                .hasMessageNotContaining("PRIVATE KEY");
    }

    @Test
    void refuses_a_key_of_another_root() throws Exception {
        open();
        var file = directory.resolve("authority.json");
        var key = Pem.of(Certificates.newKeys().getPrivate()).replace("\n", "\\n");
        var swapped = Files.readString(file)
                .replaceFirst("(\"key\" : \")[^\"]*\"", "$1" + Matcher.quoteReplacement(key) + "\"");
        Files.writeString(file, swapped);
        assertThatThrownBy(this::open)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("a key does not belong to its certificate");
    }

    @Test
    void refuses_to_start_under_another_name() {
        open();
        var other = AuthoritySettings.STANDARD.withTrustDomain("other.example");
        assertThatThrownBy(() -> RootAuthority.open(directory, other, clock))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("authority of trust domain nsm.local (expected: other.example");
    }

    @Test
    void signs_a_leaf_as_X509_SVID_wants_it() throws Exception {
        var authority = open();
        var svid = authority.issue(ID);
        var leaf = svid.chain().getFirst();
        validate(svid, authority.bundle(), clock.now());
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, ID.toString()));
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getKeyUsage()).startsWith(true, false);
        assertThat(leaf.getKeyUsage()).containsOnlyOnce(true);
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getSerialNumber().bitLength()).isGreaterThanOrEqualTo(128);
        assertThat(leaf.getNotBefore().toInstant()).isBefore(clock.now().minus(Duration.ofMinutes(4)));
        assertThat(leaf.getNotAfter().toInstant())
                .isBetween(clock.now().plusSeconds(3590), clock.now().plusSeconds(3601));
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("O=nsm.local");
        assertThat(KeyProof.matches(svid.key(), leaf.getPublicKey())).isTrue();
        assertThat(authority.issue(ID).chain().getFirst().getPublicKey()).isNotEqualTo(leaf.getPublicKey());
    }

    @Test
    void signs_for_no_other_trust_domain() {
        assertThatThrownBy(() -> open().issue(SpiffeId.parse("spiffe://other.example/app")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("expected: spiffe://nsm.local/PATH");
    }

    @Test
    void announces_the_next_root_before_it_signs_and_keeps_the_old_one_until_it_ends() throws Exception {
        var authority = open();
        var first = authority.root();
        var changes = new ArrayList<Integer>();
        authority.onChange(() -> changes.add(authority.bundle().roots().size()));

        clock.advance(Duration.ofDays(250));
        assertThat(authority.bundle().roots()).hasSize(2).startsWith(first);
        var longLived = authority.issue(ID);
        var then = clock.now();
        validate(longLived, authority.bundle(), then);

        assertThat(authority.root()).isEqualTo(first);
        assertThat(authority.bundle().jwtKeys()).hasSize(2);

        clock.advance(Duration.ofDays(60));
        assertThat(authority.root()).isNotEqualTo(first);
        assertThat(authority.bundle().roots()).contains(first, authority.root());
        validate(longLived, authority.bundle(), then);
        validate(authority.issue(ID), authority.bundle(), clock.now());
        assertThat(open().root()).isEqualTo(authority.root());

        clock.advance(Duration.ofDays(60));
        assertThat(authority.bundle().roots()).containsExactly(authority.root());
        assertThatThrownBy(() -> validate(longLived, authority.bundle(), then))
                .isInstanceOf(CertPathValidatorException.class);
        assertThat(changes).containsExactly(2, 2, 1);
    }

    @Test
    void renews_an_identity_at_half_its_life_and_tells_it() throws Exception {
        var authority = open();
        try (var source = authority.source(ID)) {
            var first = source.current();
            var told = new ArrayList<>();
            source.onChange(told::add);
            clock.advance(Duration.ofMinutes(29));
            assertThat(source.current()).isSameAs(first);
            clock.advance(Duration.ofMinutes(2));
            assertThat(told).containsExactly(source.current());
            assertThat(source.current().svid().chain().getFirst())
                    .isNotEqualTo(first.svid().chain().getFirst());
            assertThat(source.current().bundles()).containsOnlyKeys("nsm.local");
        }
        assertThat(clock.timers()).isEqualTo(1);
    }

    @Test
    void accepts_its_own_tokens_and_no_others() {
        var authority = open();
        var token = authority.issueToken(ID, List.of("one", "two"));
        var bundle = authority.bundle();
        assertThat(JwtSvids.validate(bundle, token, "two", clock.now()).id()).isEqualTo(ID);
        assertThatThrownBy(() -> JwtSvids.validate(bundle, token, "three", clock.now()))
                .hasMessageContaining("wrong audience");
        assertThatThrownBy(() ->
                        JwtSvids.validate(bundle, token, "one", clock.now().plusSeconds(400)))
                .hasMessageContaining("wrong exp");
        var parts = token.split("\\.", -1);
        var none = "eyJhbGciOiJub25lIn0." + parts[1] + ".";
        assertThatThrownBy(() -> JwtSvids.validate(bundle, none, "one", clock.now()))
                .isInstanceOf(Refused.class);
        var forged = parts[0] + "." + parts[1] + "." + parts[2].substring(4) + parts[2].substring(0, 4);
        assertThatThrownBy(() -> JwtSvids.validate(bundle, forged, "one", clock.now()))
                .hasMessageContaining("wrong signature")
                .hasMessageNotContaining(parts[1]);
    }

    @Test
    void the_authority_of_a_node_signs_for_no_other_domain() throws Exception {
        var authority = open();
        var keys = Certificates.newKeys();
        var certificate = authority.signNode("node-b", keys.getPublic());
        var node = new Generation(certificate, keys.getPrivate(), Generation.newJwtKey(), clock.now());
        validate(node.issue(ID, AuthoritySettings.STANDARD, clock.now()), authority.bundle(), clock.now());

        var other = AuthoritySettings.STANDARD.withTrustDomain("other.example");
        var foreign = node.issue(SpiffeId.parse("spiffe://other.example/app"), other, clock.now());
        assertThatThrownBy(() -> validate(foreign, authority.bundle(), clock.now()))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("name constraints");
        assertThat(certificate.getBasicConstraints()).isZero();
        assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.30");
    }
}
