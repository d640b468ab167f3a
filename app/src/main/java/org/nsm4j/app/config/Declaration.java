package org.nsm4j.app.config;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One setting as a record declares it.
 *
 * @param setting name, default and meaning
 * @param type what it is read as
 */
public record Declaration(Setting setting, Type type) {
    /** The settings of a record, in its order; a component that is a record of settings itself has its own in turn. */
    public static List<Declaration> of(Class<? extends Record> settings) {
        return Arrays.stream(settings.getRecordComponents())
                .flatMap(component -> of(component).stream())
                .toList();
    }

    private static List<Declaration> of(RecordComponent component) {
        if (isGroup(component)) {
            return of(component.getType().asSubclass(Record.class));
        }
        var setting = Objects.requireNonNull(component.getAnnotation(Setting.class), component + " has no @Setting");
        return List.of(new Declaration(setting, component.getGenericType()));
    }

    /** Whether a component stands for settings of its own. */
    static boolean isGroup(RecordComponent component) {
        return component.getAnnotation(Setting.class) == null
                && component.getType().isRecord();
    }

    /** What the role knows and does nothing with: what every role does not serve first, then its own. */
    public static List<Unserved> unserved(Class<? extends Record> settings) {
        return Stream.concat(Arrays.stream(settings.getInterfaces()), Stream.of(settings))
                .flatMap(type -> Arrays.stream(type.getAnnotationsByType(Unserved.class)))
                .toList();
    }

    /** The variable: {@code NSM_LISTEN_ON}. */
    public String env() {
        return setting.env();
    }

    /** The key in a file, and the flag without its dashes: {@code listen-on}. */
    public String key() {
        var name = env().startsWith("NSM_") ? env().substring("NSM_".length()) : env();
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The flag: {@code --listen-on}. */
    public String flag() {
        return "--" + key();
    }

    /** Whether the flag needs no value. */
    public boolean isSwitch() {
        return type == boolean.class;
    }

    Object read(String text) {
        return Values.read(type, text, setting);
    }
}
