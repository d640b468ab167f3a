package org.nsm4j.core.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a client wants, in one line: {@code kernel://service[@domain][/interface][?label=value&…]} (upstream's NSURL,
 * wire §6.1). Read strictly: what upstream would quietly misread is refused with the cure.
 *
 * <pre>{@code
 * var url = ConnectUrl.parse("kernel://office-vpn@acme.example/vpn0?app=mail");
 * url.service();   // office-vpn@acme.example
 * }</pre>
 *
 * @param mechanism how the client is plugged in; always of class LOCAL
 * @param service the service's name, with {@code @domain} where one was given
 * @param labels the client's labels
 */
public record ConnectUrl(Mechanism mechanism, String service, Map<String, String> labels) {
    private static final int LONGEST = 2048;
    /** The most bytes of a network interface's name (linux/if.h, IFNAMSIZ less the end). */
    private static final int LONGEST_INTERFACE = 15;

    private static final List<String> SCHEMES = List.of("kernel", "memif", "vfio", "noop");
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}][\\p{Alnum}._-]{0,252}");
    /** Names that a workload's own interfaces, or the kernel's settings, go by. */
    private static final Pattern TAKEN =
            Pattern.compile("lo|all|default|eth\\d+|en[opsx]\\w+|wl(an\\d+|[opsx]\\w+)|bond\\d+|docker\\d+");

    public ConnectUrl {
        labels = Map.copyOf(labels);
    }

    /**
     * Reads one line.
     *
     * @throws Refused with {@link Refused.Reason#INVALID}, saying which part is wrong and what is expected
     */
    public static ConnectUrl parse(String text) {
        if (text.length() > LONGEST || text.chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
            throw invalid("url", text, "at most %d characters, none of them a space".formatted(LONGEST));
        }
        int colon = text.indexOf("://");
        if (colon <= 0) {
            throw invalid("url", text, "MECHANISM://SERVICE[/INTERFACE][?LABEL=VALUE], such as kernel://" + text);
        }
        if (text.indexOf('#') >= 0) {
            throw invalid("url", text, "no #; write %23 for a # that is meant");
        }
        var scheme = scheme(text.substring(0, colon));
        var rest = text.substring(colon + 3);
        int question = rest.indexOf('?');
        var place = question < 0 ? rest : rest.substring(0, question);
        var query = question < 0 ? "" : rest.substring(question + 1);
        int slash = place.indexOf('/');
        var service = service(slash < 0 ? place : place.substring(0, slash));
        var parameters = slash < 0
                ? Map.<String, String>of()
                : Map.of(Mechanism.NAME, checkInterface(decode(place.substring(slash + 1))));
        return new ConnectUrl(Mechanism.of("LOCAL", scheme, parameters), service, labels(query));
    }

    private static String scheme(String text) {
        var scheme = text.toLowerCase(java.util.Locale.ROOT);
        if (!SCHEMES.contains(scheme)) {
            throw invalid("mechanism", text, String.join(", ", SCHEMES) + NearName.hint(scheme, SCHEMES));
        }
        return scheme.toUpperCase(java.util.Locale.ROOT);
    }

    private static String service(String authority) {
        var text = decode(authority);
        int at = text.indexOf('@');
        var name = at < 0 ? text : text.substring(0, at);
        var domain = at < 0 ? "none" : text.substring(at + 1);
        if (!NAME.matcher(name).matches() || !NAME.matcher(domain).matches()) {
            throw invalid(
                    "service", text, "NAME or NAME@DOMAIN of letters, digits, dots, dashes and underscores; no port");
        }
        return text;
    }

    /**
     * Checks the name of an interface that we are to make in a workload.
     *
     * @return the name
     * @throws Refused with {@link Refused.Reason#INVALID} for one that the kernel does not take, or that is (likely to
     *     be) the name of an interface that the workload has already
     */
    public static String checkInterface(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > LONGEST_INTERFACE) {
            throw invalid("interface name", name, "1–%d bytes, this has %d".formatted(LONGEST_INTERFACE, bytes));
        }
        boolean odd = name.chars().anyMatch(c -> c == '/' || c == ':' || c == '%' || c <= 0x20 || c >= 0x7f);
        if (odd || name.startsWith("-") || name.equals(".") || name.equals("..")) {
            throw invalid(
                    "interface name", name, "printable ASCII without / : % and spaces, no dash first, not . or ..");
        }
        if (TAKEN.matcher(name).matches()) {
            throw invalid(
                    "interface name", name, "a name that the workload does not use itself, such as nsm-0 or vpn0");
        }
        return name;
    }

    private static Map<String, String> labels(String query) {
        var labels = new LinkedHashMap<String, String>();
        for (var each : query.split("&", -1)) {
            var part = each.replace("+", "%20");
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            var key = decode(equals < 0 ? part : part.substring(0, equals));
            if (key.isEmpty()) {
                throw invalid("label", part, "NAME=VALUE");
            }
            var value = equals < 0 ? "" : decode(part.substring(equals + 1));
            labels.merge(key, value, (one, other) -> one + "," + other);
        }
        return labels;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("url part", text, "% followed by two hexadecimal digits");
        }
    }

    private static Refused invalid(String what, String text, String expected) {
        var shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
        return new Refused(Refused.Reason.INVALID, "%s: \"%s\" (expected: %s)".formatted(what, shown, expected));
    }

    /** The interface's name, where one was asked for. */
    public Optional<String> interfaceName() {
        return mechanism.parameter(Mechanism.NAME);
    }

    /** The request that asks for it, without a path yet. */
    public Request request() {
        return new Request(Connection.to(service).withLabels(labels), List.of(mechanism));
    }

    @Override
    public String toString() {
        var text = new StringBuilder(mechanism.type().toLowerCase(java.util.Locale.ROOT))
                .append("://")
                .append(service);
        interfaceName().ifPresent(name -> text.append('/').append(name));
        var separator = '?';
        for (var label : new TreeMap<>(labels).entrySet()) {
            text.append(separator).append(encode(label.getKey())).append('=').append(encode(label.getValue()));
            separator = '&';
        }
        return text.toString();
    }

    private static String encode(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
