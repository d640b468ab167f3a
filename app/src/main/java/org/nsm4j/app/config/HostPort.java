package org.nsm4j.app.config;

/**
 * Where to listen for TCP.
 *
 * @param host a name or address; empty for every address
 * @param port 0–65535; 0 lets the kernel choose
 */
public record HostPort(String host, int port) {
    public HostPort {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("a port of 0–65535");
        }
    }

    /**
     * Reads {@code HOST:PORT}, {@code :PORT} or {@code [IPV6]:PORT}.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("HOST:PORT or :PORT");
        }
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new HostPort(host, Integer.parseUnsignedInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("HOST:PORT with a port of 0–65535", e);
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
