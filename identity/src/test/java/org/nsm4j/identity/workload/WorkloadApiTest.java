package org.nsm4j.identity.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWKSet;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.api.spiffe.JWTBundlesRequest;
import org.nsm4j.api.spiffe.JWTSVIDRequest;
import org.nsm4j.api.spiffe.ValidateJWTSVIDRequest;
import org.nsm4j.api.spiffe.X509BundlesRequest;
import org.nsm4j.api.spiffe.X509SVIDRequest;
import org.nsm4j.api.spiffe.X509SVIDResponse;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;
import org.nsm4j.identity.TestClock;
import org.nsm4j.identity.attest.Attestor;
import org.nsm4j.identity.attest.RuleFile;
import org.nsm4j.identity.authority.AuthoritySettings;
import org.nsm4j.identity.authority.JwtSvids;
import org.nsm4j.identity.authority.RootAuthority;

/** This very process as a workload of the real socket; needs root, as who the test runs as must be known. */
@Tag("kernel")
class WorkloadApiTest {
    private static final X509SVIDRequest SVID = X509SVIDRequest.getDefaultInstance();
    private static final AuthoritySettings SETTINGS = new AuthoritySettings(
            "nsm.local",
            Duration.ofHours(12),
            Duration.ofHours(2),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5));
    private final TestClock clock = new TestClock();
    private Path directory;
    private Path socket;
    private Path rules;
    private RootAuthority authority;
    private Attestor attestor;
    private WorkloadApi api;

    @BeforeEach
    void serve(@TempDir Path temporary) throws Exception {
        directory = temporary;
        socket = temporary.resolve("run/workload.sock");
        rules = temporary.resolve("identity.yaml");
        RuleFile.createStandard(
                rules, List.of(Path.of(ProcessHandle.current().info().command().orElseThrow())));
        authority = RootAuthority.open(temporary.resolve("identity"), SETTINGS, clock);
        attestor = new Attestor("nsm.local", RuleFile.open(rules)::rules);
        api = WorkloadApi.serve(socket, authority, attestor, new WorkloadApi.Limits(4, 4, 3));
    }

    @AfterEach
    void stop() {
        api.close();
        authority.close();
    }

    private static void refuses(Status.Code code, Runnable call, String... messages) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code))
                .satisfies(e -> assertThat(List.of(messages))
                        .allSatisfy(message -> assertThat(e).hasMessageContaining(message)));
    }

    private static X509Certificate leaf(X509SVIDResponse response) throws Exception {
        var der = response.getSvids(0).getX509Svid().toByteArray();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    @Test
    void gives_a_workload_of_a_rule_its_identity_with_key_and_bundle() throws Exception {
        try (var client = new WorkloadClient(socket)) {
            var svid = client.stub().fetchX509SVID(SVID).next();
            assertThat(svid.getSvidsList()).hasSize(1);
            assertThat(svid.getSvids(0).getSpiffeId()).isEqualTo("spiffe://nsm.local/host/root/java");
            leaf(svid).verify(authority.root().getPublicKey());
            var key = svid.getSvids(0).getX509SvidKey().toByteArray();
            assertThat(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)))
                    .isNotNull();
            assertThat(svid.getSvids(0).getBundle().toByteArray())
                    .isEqualTo(authority.root().getEncoded());
            var bundles = client.stub()
                    .fetchX509Bundles(X509BundlesRequest.getDefaultInstance())
                    .next();
            assertThat(bundles.getBundlesMap()).containsOnlyKeys("spiffe://nsm.local");
        }
    }

    @Test
    void pushes_a_new_SVID_at_half_life_on_the_open_stream() throws Exception {
        try (var client = new WorkloadClient(socket)) {
            var stream = client.stub().fetchX509SVID(SVID);
            var first = leaf(stream.next());
            clock.advance(Duration.ofMinutes(31));
            var second = leaf(stream.next());
            assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
            assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        }
    }

    @Test
    void pushes_the_next_root_before_it_signs() throws Exception {
        try (var client = new WorkloadClient(socket)) {
            var stream = client.stub().fetchX509Bundles(X509BundlesRequest.getDefaultInstance());
            int one = stream.next().getBundlesOrThrow("spiffe://nsm.local").size();
            clock.advance(Duration.ofHours(9));
            assertThat(stream.next().getBundlesOrThrow("spiffe://nsm.local").size())
                    .isGreaterThan(one);
        }
    }

    @Test
    void ends_a_stream_whose_workload_lost_its_rule() throws Exception {
        try (var client = new WorkloadClient(socket)) {
            var stream = client.stub().fetchX509SVID(SVID);
            stream.next();
            Files.writeString(rules, "rules: []\n");
            clock.advance(Duration.ofMinutes(31));
            refuses(Status.Code.PERMISSION_DENIED, stream::next, "no rule of identity.yaml fits");
        }
    }

    @Test
    void refuses_a_call_without_the_header() {
        try (var client = new WorkloadClient(socket)) {
            refuses(
                    Status.Code.INVALID_ARGUMENT,
                    () -> client.stubWithoutHeader().fetchX509SVID(SVID).next(),
                    "workload.spiffe.io: true");
        }
    }

    @Test
    void tells_an_unknown_workload_what_is_known_of_it() throws Exception {
        Files.writeString(rules, "rules: []\n");
        try (var client = new WorkloadClient(socket)) {
            refuses(
                    Status.Code.PERMISSION_DENIED,
                    () -> client.stub().fetchX509SVID(SVID).next(),
                    "pid " + ProcessHandle.current().pid(),
                    "user: root (uid 0)");
            refuses(
                    Status.Code.PERMISSION_DENIED,
                    () -> client.stub()
                            .fetchJWTSVID(
                                    JWTSVIDRequest.newBuilder().addAudience("x").build()));
        }
    }

    @Test
    void bounds_the_streams_of_a_process_and_frees_them_with_it() {
        try (var client = new WorkloadClient(socket)) {
            var cancellable = Context.current().withCancellation();
            cancellable.run(() -> {
                for (int i = 0; i < 3; i++) {
                    client.stub().fetchX509SVID(SVID).next();
                }
            });
            try (var other = new WorkloadClient(socket)) {
                refuses(
                        Status.Code.RESOURCE_EXHAUSTED,
                        () -> other.stub().fetchX509SVID(SVID).next(),
                        "3 calls open of pid");
                cancellable.cancel(null);
                untilServed(other);
            }
        }
    }

    private static void untilServed(WorkloadClient client) {
        for (int attempt = 0; attempt < 1000; attempt++) {
            try {
                client.stub().fetchX509SVID(SVID).next();
                return;
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            }
        }
        throw new AssertionError("places were not given back in 1000 attempts");
    }

    @Test
    void gives_and_validates_tokens() throws Exception {
        try (var client = new WorkloadClient(socket)) {
            var request = JWTSVIDRequest.newBuilder().addAudience("them").build();
            var svid = client.stub().fetchJWTSVID(request).getSvids(0);
            var check = ValidateJWTSVIDRequest.newBuilder().setAudience("them").setSvid(svid.getSvid());
            var valid = client.stub().validateJWTSVID(check.build());
            assertThat(valid.getSpiffeId()).isEqualTo("spiffe://nsm.local/host/root/java");
            assertThat(valid.getClaims().getFieldsOrThrow("sub").getStringValue())
                    .isEqualTo(valid.getSpiffeId());
            refuses(
                    Status.Code.INVALID_ARGUMENT,
                    () -> client.stub()
                            .validateJWTSVID(check.setAudience("others").build()));
            refuses(
                    Status.Code.INVALID_ARGUMENT,
                    () -> client.stub().fetchJWTSVID(JWTSVIDRequest.getDefaultInstance()));
            refuses(
                    Status.Code.PERMISSION_DENIED,
                    () -> client.stub()
                            .fetchJWTSVID(request.toBuilder()
                                    .setSpiffeId("spiffe://nsm.local/node/a")
                                    .build()));
            var bundles = client.stub()
                    .fetchJWTBundles(JWTBundlesRequest.getDefaultInstance())
                    .next();
            var set =
                    JWKSet.parse(bundles.getBundlesOrThrow("spiffe://nsm.local").toStringUtf8());
            assertThat(set.getKeys()).hasSize(1).noneMatch(key -> key.isPrivate());
            assertThat(JwtSvids.validate(authority.bundle(), svid.getSvid(), "them", clock.now())
                            .id())
                    .isEqualTo(SpiffeId.parse(valid.getSpiffeId()));
        }
    }

    @Test
    void its_socket_is_open_to_all_in_a_directory_that_is_not() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rwxrwxrwx");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwxr-xr-x");
        Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> WorkloadApi.serve(
                        socket.resolveSibling("other.sock"), authority, attestor, WorkloadApi.Limits.STANDARD))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("could put its own socket there");
    }

    @Test
    void takes_over_a_stale_socket_but_no_one_elses() throws Exception {
        assertThatThrownBy(() -> WorkloadApi.serve(socket, authority, attestor, WorkloadApi.Limits.STANDARD))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another process serves there");
        var stale = socket.resolveSibling("stale.sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThat(stale).exists();
        WorkloadApi.serve(stale, authority, attestor, WorkloadApi.Limits.STANDARD)
                .close();
        assertThat(stale).doesNotExist();
        var file = Files.writeString(socket.resolveSibling("file"), "precious");
        assertThatThrownBy(() -> WorkloadApi.serve(file, authority, attestor, WorkloadApi.Limits.STANDARD))
                .hasMessageContaining("not a socket");
        assertThat(file).hasContent("precious");
    }

    @Test
    void refuses_a_caller_whose_pid_namespace_it_cannot_see() throws Exception {
        var inner = directory.resolve("inner.sock");
        var java = ProcessHandle.current().info().command().orElseThrow();
        var server = new ProcessBuilder(
                        "unshare",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        InnerServer.class.getName(),
                        inner.toString(),
                        directory.resolve("inner").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(server.getInputStream().read()).isEqualTo('\n');
            try (var client = new WorkloadClient(inner)) {
                refuses(
                        Status.Code.PERMISSION_DENIED,
                        () -> client.stub().fetchX509SVID(SVID).next(),
                        "pid 0",
                        "its pid namespace cannot be seen from here");
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /** Serves in a process of its own, which the test puts into a pid namespace below its own. */
    static final class InnerServer {
        private InnerServer() {}

        public static void main(String[] arguments) throws Exception {
            var authority = RootAuthority.open(Path.of(arguments[1]), SETTINGS, new TestClock());
            WorkloadApi.serve(
                    Path.of(arguments[0]), authority, new Attestor("nsm.local", List::of), WorkloadApi.Limits.STANDARD);
            System.out.println();
            Thread.currentThread().join();
        }
    }
}
