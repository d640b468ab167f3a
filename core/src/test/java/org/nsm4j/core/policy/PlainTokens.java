package org.nsm4j.core.policy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.SpiffeId;

/**
 * Tokens that a test can write down: {@code SUBJECT>AUDIENCE,…>END>SIGNER}. The one certificate that there is belongs to
 * the signer {@code peer}.
 */
public final class PlainTokens implements TokenVerifier {
    public static final X509Certificate PEER = read();

    private static X509Certificate read() {
        var pem = """
                    -----BEGIN CERTIFICATE-----
                    MIIBdjCCARugAwIBAgIUNtP9DsL8jpxzmTsI0Ke3jFY2484wCgYIKoZIzj0EAwIw
                    DzENMAsGA1UEAwwEcGVlcjAgFw0yNjExMjExMTEzNThaGA8yMTI2MTAyODExMTM1
                    OFowDzENMAsGA1UEAwwEcGVlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK4l
                    JUZmQ20zsU698iwnNUMFDbtSiZK7PiZ8EEOZH3GorJqB2So3+Cgq9pf4xUr7/TML
                    QttLLI6qfAl7spuWEtajUzBRMB0GA1UdDgQWBBSSRW/NRHp7hgyK0bb5GY9G2czO
                    MzAfBgNVHSMEGDAWgBSSRW/NRHp7hgyK0bb5GY9G2czOMzAPBgNVHRMBAf8EBTAD
                    AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDX66VND8wW++kEA7Q55XVGi8B1McJT6DUm
                    2L26rUAgsgIhAJP0lQIxNxroSN2+tfWvqPN0L6cUUDbjkouq9Mpjql8+
                    -----END CERTIFICATE-----
                """.indent(-20);
        try {
            var bytes = new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII));
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(bytes);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A token; an empty end is none. */
    public static String token(String subject, String audience, String end, String signer) {
        return String.join(">", subject, audience, end, signer);
    }

    /** The identity {@code spiffe://test/SUBJECT}. */
    static Optional<SpiffeId> subject(String token) {
        return token.isEmpty() ? Optional.empty() : Optional.of(new SpiffeId("test", "/" + token.split(">", -1)[0]));
    }

    @Override
    public Claims read(String token) {
        var parts = token.split(">", -1);
        if (parts.length != 4) {
            throw new Refused(Refused.Reason.INVALID, "token: not of four parts");
        }
        return new Claims(
                parts[0],
                parts[1].isEmpty() ? List.of() : List.of(parts[1].split(",")),
                parts[2].isEmpty() ? null : Instant.parse(parts[2]));
    }

    @Override
    public boolean signedBy(String token, X509Certificate certificate) {
        return certificate.equals(PEER) && token.endsWith(">peer");
    }

    @Override
    public Optional<String> identity(X509Certificate certificate) {
        return certificate.equals(PEER) ? Optional.of("peer") : Optional.empty();
    }

    /** Signed by its subject or by {@code peer} is proved, by {@code unknown} not shown, by anybody else broken. */
    @Override
    public Proof proof(String token, Instant now) {
        var signer = token.substring(token.lastIndexOf('>') + 1);
        if (signer.equals("unknown")) {
            return Proof.UNSHOWN;
        }
        return signer.equals(read(token).subject()) || signer.equals("peer")
                ? Proof.PROVED
                : Proof.broken("signed by " + signer);
    }
}
