package org.nsm4j.core.model;

/**
 * A SPIFFE identity.
 *
 * @param trustDomain for example {@code nsm.local}
 * @param path empty, or {@code /…}
 */
public record SpiffeId(String trustDomain, String path) {
    private static final String SCHEME = "spiffe://";
    private static final int LONGEST = 2048;

    /**
     * Reads {@code spiffe://TRUST-DOMAIN/PATH} (SPIFFE-ID §2).
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for anything else
     */
    public static SpiffeId parse(String text) {
        if (text.length() <= LONGEST && text.startsWith(SCHEME)) {
            int slash = text.indexOf('/', SCHEME.length());
            var domain = slash < 0 ? text.substring(SCHEME.length()) : text.substring(SCHEME.length(), slash);
            var path = slash < 0 ? "" : text.substring(slash);
            if (domain.matches("[a-z0-9._-]{1,255}") && isPath(path)) {
                return new SpiffeId(domain, path);
            }
        }
        throw new Refused(
                Refused.Reason.INVALID,
                "SPIFFE id: \"%s\" (expected: spiffe://TRUST-DOMAIN/PATH)"
                        .formatted(text.length() > 120 ? text.substring(0, 120) + "…" : text));
    }

    private static boolean isPath(String path) {
        if (path.isEmpty()) {
            return true;
        }
        for (var segment : path.substring(1).split("/", -1)) {
            if (!segment.matches("[A-Za-z0-9._-]+") || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
