package org.nsm4j.core.policy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.nsm4j.core.model.Refused;

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
}
