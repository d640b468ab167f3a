package org.nsm4j.app.config;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nsm4j.core.model.NearName;

/**
 * Fills a settings record: flags before environment before file before the declared default.
 *
 * <pre>{@code
 * var settings = Binder.bind(ManagerSettings.class, Sources.ofEnvironment(System.getenv()));
 * }</pre>
 */
public final class Binder {
    /** The launcher's own variables. */
    private static final Set<String> LAUNCHER =
            Set.of("NSM_CONFIG", "NSM_ADMIN", "NSM_JAVA_OPTS", "NSM_JVM_FLAGS", "NSM_LIB", "NSM_AOT");

    private Binder() {}

    /**
     * Fills a record.
     *
     * @throws BadSettings with every value that cannot be read, and every key of the file that means nothing
     */
    public static <T extends Record> T bind(Class<T> type, Sources sources) {
        var declarations = Declaration.of(type);
        var problems = new ArrayList<String>();
        var values = declarations.stream()
                .map(each -> value(each, sources, problems))
                .toArray();
        var keys = declarations.stream().map(Declaration::key).collect(Collectors.toSet());
        for (var key : new TreeSet<>(sources.file().keySet())) {
            if (!keys.contains(key)) {
                problems.add("%s: %s: no such setting%s".formatted(sources.fileName(), key, NearName.hint(key, keys)));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadSettings(problems);
        }
        return make(type, Arrays.asList(values).iterator());
    }

    private static Object value(Declaration declaration, Sources sources, List<String> problems) {
        var given = sources.find(declaration);
        if (given.isPresent()) {
            try {
                return declaration.read(given.get().text());
            } catch (IllegalArgumentException e) {
                problems.add("%s: \"%s\" (expected: %s)"
                        .formatted(given.get().name(), given.get().text(), e.getMessage()));
            }
        }
        return declaration.read(declaration.setting().preset());
    }

    private static <T extends Record> T make(Class<T> type, Iterator<Object> given) {
        var components = type.getRecordComponents();
        var parameters = new Class<?>[components.length];
        var values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            parameters[i] = components[i].getType();
            values[i] = Declaration.isGroup(components[i])
                    ? make(components[i].getType().asSubclass(Record.class), given)
                    : given.next();
        }
        try {
            var constructor = type.getDeclaredConstructor(parameters);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new BadSettings(List.of(String.valueOf(refused.getMessage())));
            }
            throw new IllegalStateException("cannot make " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    /**
     * A sentence for each {@code NSM_*} variable that means nothing to the role, with the near name, since a typo there
     * would otherwise go unnoticed; and for each that asks for what the role does not do, with the reason.
     */
    public static List<String> warnings(Class<? extends Record> type, Sources sources) {
        var names = Declaration.of(type).stream().map(Declaration::env).collect(Collectors.toSet());
        var unserved = Declaration.unserved(type);
        return new TreeMap<>(sources.environment())
                .entrySet().stream()
                        .filter(each -> !names.contains(each.getKey()) && !LAUNCHER.contains(each.getKey()))
                        .flatMap(each -> warning(each.getKey(), each.getValue(), names, unserved).stream())
                        .toList();
    }

    private static Optional<String> warning(String name, String value, Set<String> names, List<Unserved> unserved) {
        var known = unserved.stream().filter(each -> isMeant(each, name)).findFirst();
        if (known.isPresent()) {
            boolean asks = !value.isBlank() && !value.equals(known.get().preset());
            return asks
                    ? Optional.of("%s: does nothing here: %s"
                            .formatted(name, known.get().because()))
                    : Optional.empty();
        }
        return name.startsWith("NSM_")
                ? Optional.of("%s: no such setting, ignored%s".formatted(name, NearName.hint(name, names)))
                : Optional.empty();
    }

    private static boolean isMeant(Unserved unserved, String name) {
        var env = unserved.env();
        return env.endsWith("*") ? name.startsWith(env.substring(0, env.length() - 1)) : name.equals(env);
    }
}
