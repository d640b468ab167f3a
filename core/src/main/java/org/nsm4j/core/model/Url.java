package org.nsm4j.core.model;

/**
 * Where a program listens or is reached: {@code unix:///path}, {@code tcp://host:port} or {@code inode://dev/ino}.
 *
 * @param scheme {@code unix}, {@code tcp}, {@code inode}, or empty for a bare {@code host:port}
 * @param rest what follows the scheme: a path for unix, {@code host:port} for tcp
 */
public record Url(String scheme, String rest) {
    private static final int LONGEST = 1024;

    /**
     * Reads a URL by hand, since {@code java.net.URI} knows no host in {@code tcp://:5002} or {@code registry:5002}.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} for an empty or over-long text, or an unknown scheme
     */
    public static Url parse(String text) {
        if (text.isBlank() || text.length() > LONGEST || text.chars().anyMatch(c -> c < 0x21 || c == 0x7f)) {
            throw invalid(text);
        }
        int colon = text.indexOf("://");
        if (colon < 0) {
            return text.startsWith("unix:") ? new Url("unix", text.substring("unix:".length())) : new Url("", text);
        }
        var url = new Url(text.substring(0, colon), text.substring(colon + 3));
        if (url.rest.isEmpty()) {
            throw invalid(text);
        }
        return switch (url.scheme) {
            case "unix", "tcp", "inode" -> url;
            default -> throw invalid(text);
        };
    }

    private static Refused invalid(String text) {
        return new Refused(
                Refused.Reason.INVALID,
                "url: \"%s\" (expected: unix:///PATH, tcp://HOST:PORT or inode://DEV/INO)"
                        .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text));
    }

    /** A unix socket at a path. */
    public static Url unix(String path) {
        return new Url("unix", path);
    }

    /** Whether it stays on this machine, so that only LOCAL mechanisms fit. */
    public boolean isLocal() {
        return scheme.equals("unix") || scheme.equals("inode");
    }

    /** The host of a tcp URL; empty where none is named. */
    public String host() {
        int colon = rest.lastIndexOf(':');
        var host = colon < 0 ? rest : rest.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * The port of a tcp URL.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} where there is none
     */
    public int port() {
        try {
            int port = Integer.parseUnsignedInt(rest.substring(rest.lastIndexOf(':') + 1));
            if (port > 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Refused(Refused.Reason.INVALID, "url: \"%s\" (expected: a port of 1–65535)".formatted(this));
    }

    @Override
    public String toString() {
        return scheme.isEmpty() ? rest : scheme + "://" + rest;
    }
}
