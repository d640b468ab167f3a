package org.nsm4j.app.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Url;

/**
 * Turns text into a value of a declared type, in the notation of upstream's environment variables. What cannot be read
 * is an {@link IllegalArgumentException} whose message says what would have been accepted.
 */
final class Values {
    private static final Map<Class<?>, Function<String, Object>> READERS = Map.ofEntries(
            Map.entry(String.class, text -> text),
            Map.entry(boolean.class, Values::flag),
            Map.entry(Duration.class, GoDuration::parse),
            Map.entry(HostPort.class, HostPort::parse),
            Map.entry(DnsConfigs.class, DnsConfigs::parse),
            Map.entry(LogLevel.class, LogLevel::parse),
            Map.entry(ConnectUrl.class, text -> orExpected(() -> ConnectUrl.parse(text))),
            Map.entry(Path.class, Path::of),
            Map.entry(Url.class, text -> orExpected(() -> Url.parse(text))),
            Map.entry(Cidr.class, text -> orExpected(() -> prefix(text))),
            Map.entry(Payload.class, Values::payload),
            Map.entry(InetAddress.class, text -> orExpected(() -> Cidr.parseAddress(text))));

    private Values() {}

    /** Reads a value; the bounds hold for numbers alone. */
    static Object read(Type type, String text, Setting setting) {
        if (type instanceof ParameterizedType generic) {
            return readGeneric(generic, text, setting);
        }
        var plain = (Class<?>) type;
        if (plain == int.class) {
            return number(text, setting);
        }
        var reader = READERS.get(plain);
        if (reader != null) {
            return reader.apply(text.strip());
        }
        if (plain.isEnum()) {
            return constant(plain, text);
        }
        throw new IllegalStateException("no reader for settings of type " + type);
    }

    private static Object readGeneric(ParameterizedType type, String text, Setting setting) {
        var arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            return text.isBlank() ? Optional.empty() : Optional.of(read(arguments[0], text, setting));
        }
        if (type.getRawType() == Map.class) {
            return labels(text);
        }
        if (arguments[0] instanceof ParameterizedType) {
            return groups(
                    text, item -> read(((ParameterizedType) arguments[0]).getActualTypeArguments()[0], item, setting));
        }
        return items(text).stream()
                .map(item -> read(arguments[0], item, setting))
                .toList();
    }

    private static int number(String text, Setting setting) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= setting.min() && number <= setting.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, with the bounds
        }
        var bounds = setting.max() == Integer.MAX_VALUE
                ? "a number of %d or more".formatted(setting.min())
                : "a number of %d–%d".formatted(setting.min(), setting.max());
        throw new IllegalArgumentException(setting.min() == Integer.MIN_VALUE ? "a number" : bounds);
    }

    /** As Go's {@code strconv.ParseBool}. */
    private static Object flag(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    private static Object constant(Class<?> type, String text) {
        var constants = type.getEnumConstants();
        for (var each : constants) {
            if (((Enum<?>) each).name().equalsIgnoreCase(text.strip().replace('-', '_'))) {
                return each;
            }
        }
        throw new IllegalArgumentException("one of "
                + String.join(", ", Arrays.stream(constants).map(Values::write).toList()));
    }

    private static Object payload(String text) {
        var upper = text.toUpperCase(Locale.ROOT);
        if (upper.equals("IP") || upper.equals("ETHERNET")) {
            return new Payload(upper);
        }
        throw new IllegalArgumentException("IP or ETHERNET");
    }

    private static Cidr prefix(String text) {
        return text.indexOf('/') < 0 ? Cidr.host(Cidr.parseAddress(text)) : Cidr.parse(text);
    }

    private static List<String> items(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    /** {@code k:v,k2:v2}, as upstream writes maps; its clients write {@code k=v}. */
    private static Map<String, String> labels(String text) {
        var labels = new LinkedHashMap<String, String>();
        for (var item : items(text)) {
            int end = 0;
            while (end < item.length() && item.charAt(end) != ':' && item.charAt(end) != '=') {
                end++;
            }
            if (end == 0 || end == item.length()) {
                throw new IllegalArgumentException("KEY:VALUE,KEY:VALUE…");
            }
            labels.put(item.substring(0, end), item.substring(end + 1));
        }
        return Map.copyOf(labels);
    }

    /** {@code [a,b],c}: each item on the outer level is a group of its own. */
    private static <T> List<List<T>> groups(String text, Function<String, T> reader) {
        var groups = new ArrayList<List<T>>();
        var rest = text.replace(" ", "");
        while (!rest.isEmpty()) {
            int end = rest.startsWith("[") ? rest.indexOf(']') : rest.indexOf(',');
            if (rest.startsWith("[") && end < 0) {
                throw new IllegalArgumentException("groups such as [a,b],c with every bracket closed");
            }
            var group = end < 0 ? rest : rest.substring(rest.startsWith("[") ? 1 : 0, end);
            groups.add(items(group).stream().map(reader).toList());
            rest = end < 0 ? "" : rest.substring(end).replaceFirst("^]?,?", "");
        }
        return List.copyOf(groups);
    }

    private static Object orExpected(java.util.function.Supplier<Object> reader) {
        try {
            return reader.get();
        } catch (Refused e) {
            throw new IllegalArgumentException(expectation(e.sentence()), e);
        }
    }

    /** The model's sentences end with {@code (expected: …)}; the binder says the rest itself. */
    private static String expectation(String sentence) {
        int at = sentence.indexOf("(expected: ");
        return at < 0 ? sentence : sentence.substring(at + "(expected: ".length(), sentence.lastIndexOf(')'));
    }

    /** Writes a constant as people type it. */
    static String write(Object constant) {
        return constant.toString().replace('_', '-');
    }
}
