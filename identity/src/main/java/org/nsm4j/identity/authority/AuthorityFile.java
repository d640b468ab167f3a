package org.nsm4j.identity.authority;

import com.nimbusds.jose.jwk.ECKey;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The file that holds the roots of a trust domain with their keys, oldest first. */
final class AuthorityFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();
    private final StateFile file;
    private final String trustDomain;

    /** The whole file. */
    record Content(String trustDomain, List<Root> roots) {}

    /** One root, certificate and key in PEM. */
    record Root(String certificate, String key, String jwtKey, String activeFrom) {}

    AuthorityFile(StateFile file, String trustDomain) {
        this.file = file;
        this.trustDomain = trustDomain;
    }

    /** What the file holds, verified; empty where there is none. */
    Optional<List<Generation>> read() {
        return file.read().map(this::parse);
    }

    /** Writes the first root, unless another process did so meanwhile: then that one's counts. */
    List<Generation> create(List<Generation> generations) {
        return file.create(bytes(generations)) ? generations : read().orElseThrow(() -> damaged("it vanished"));
    }

    void write(List<Generation> generations) {
        file.write(bytes(generations));
    }

    private byte[] bytes(List<Generation> generations) {
        var roots = generations.stream().map(AuthorityFile::root).toList();
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Content(trustDomain, roots));
    }

    private static Root root(Generation generation) {
        return new Root(
                Pem.of(generation.certificate()),
                Pem.of(generation.key()),
                generation.jwtKey().toJSONString(),
                generation.activeFrom().toString());
    }

    private List<Generation> parse(byte[] bytes) {
        try {
            var content = JSON.readValue(bytes, Content.class);
            if (!content.trustDomain().equals(trustDomain)) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "%s: authority of trust domain %s (expected: %s; cure: start with that name, or use another state directory)"
                                .formatted(file.path(), content.trustDomain(), trustDomain));
            }
            if (content.roots().isEmpty()) {
                throw damaged("it holds no root");
            }
            return content.roots().stream().map(this::generation).toList();
        } catch (JacksonException e) {
            // The parser's own message may quote the file, and with it a key.
            throw damaged("it is not whole JSON of this shape");
        }
    }

    private Generation generation(Root root) {
        try {
            var certificate = Pem.certificate(root.certificate());
            var key = Pem.privateKey(root.key());
            certificate.verify(certificate.getPublicKey());
            if (certificate.getBasicConstraints() < 0 || !KeyProof.matches(key, certificate.getPublicKey())) {
                throw damaged("a key does not belong to its certificate");
            }
            var jwtKey = ECKey.parse(root.jwtKey());
            if (!jwtKey.isPrivate()) {
                throw damaged("a key for tokens has no private half");
            }
            return new Generation(certificate, key, jwtKey, Instant.parse(root.activeFrom()));
        } catch (GeneralSecurityException | IllegalArgumentException | ParseException | DateTimeException e) {
            throw damaged(e.getClass().getSimpleName());
        }
    }

    private Refused damaged(String how) {
        return new Refused(
                Refused.Reason.INVALID,
                ("%s: damaged, %s (cure: restore it from a backup; or move it away, and a new authority is made: then "
                                + "every part of the domain restarts, and joined hosts join again)")
                        .formatted(file.path(), how));
    }
}
