package org.nsm4j.identity.authority;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.grpc.spiffe.Svid;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The file in which a joined host keeps its membership with its keys. */
public final class MembershipFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();
    private final StateFile file;

    /** The whole file: certificates and keys in PEM, keys for tokens as JSON web keys. */
    record Content(
            String trustDomain,
            String node,
            String home,
            String nodeCertificate,
            String nodeKey,
            String authorityCertificate,
            String authorityKey,
            String jwtKey,
            List<String> roots,
            String jwtKeys) {}

    /** The membership of the host whose identity directory this is. */
    public MembershipFile(Path directory) {
        this.file = StateFile.in(directory, "membership.json");
    }

    /** What it holds; empty where this host has joined no domain. */
    public Optional<Membership> read() {
        return file.read().map(this::parse);
    }

    /** Replaces it. */
    public void write(Membership membership) {
        var signing = membership.signing();
        var keys = new JWKSet(List.<JWK>copyOf(membership.bundle().jwtKeys()));
        var content = new Content(
                membership.bundle().trustDomain(),
                membership.node(),
                membership.home(),
                Pem.of(membership.svid().chain().getFirst()),
                Pem.of(membership.svid().key()),
                Pem.of(signing.certificate()),
                Pem.of(signing.key()),
                signing.jwtKey().toJSONString(),
                membership.bundle().roots().stream().map(Pem::of).toList(),
                keys.toString(true));
        file.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
    }

    private Membership parse(byte[] bytes) {
        try {
            return membership(JSON.readValue(bytes, Content.class));
        } catch (JacksonException | GeneralSecurityException | ParseException | IllegalArgumentException e) {
            // The parsers' own messages may quote the file, and with it a key.
            throw damaged(e.getClass().getSimpleName());
        }
    }

    private Membership membership(Content content) throws GeneralSecurityException, ParseException {
        var roots = new ArrayList<X509Certificate>();
        for (var root : content.roots()) {
            roots.add(Pem.certificate(root));
        }
        var bundle = new Bundle(content.trustDomain(), roots, jwtKeys(content.jwtKeys()));
        var node = Pem.certificate(content.nodeCertificate());
        var nodeKey = Pem.privateKey(content.nodeKey());
        var authority = Pem.certificate(content.authorityCertificate());
        var authorityKey = Pem.privateKey(content.authorityKey());
        if (!KeyProof.matches(nodeKey, node.getPublicKey())
                || !KeyProof.matches(authorityKey, authority.getPublicKey())) {
            throw damaged("a key does not belong to its certificate");
        }
        var id = Membership.idOf(content.trustDomain(), content.node());
        var signing = new Generation(
                authority,
                authorityKey,
                ECKey.parse(content.jwtKey()),
                authority.getNotBefore().toInstant());
        return new Membership(content.node(), content.home(), new Svid(id, List.of(node), nodeKey), signing, bundle);
    }

    /** The P-256 keys of a JSON web key set; others are left out. */
    public static List<ECKey> jwtKeys(String set) throws ParseException {
        return JWKSet.parse(set).getKeys().stream()
                .filter(ECKey.class::isInstance)
                .map(ECKey.class::cast)
                .filter(key -> key.getKeyID() != null)
                .toList();
    }

    private Refused damaged(String how) {
        return new Refused(
                Refused.Reason.INVALID,
                "%s: damaged, %s (cure: move it away and join again with a new token from the first host)"
                        .formatted(file.path(), how));
    }
}
