package org.nsm4j.app.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares one setting: the record component's type says what is accepted, this says under which name and why. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** The variable, such as {@code NSM_LISTEN_ON}; the flag {@code --listen-on} and the file's key follow from it. */
    String env();

    /** The value where none is given, as it would be written; empty text for an empty list, map or optional. */
    String preset() default "";

    /** What it does, in half a sentence, with its unit. */
    String means();

    /** The least number that is accepted. */
    int min() default Integer.MIN_VALUE;

    /** The greatest number that is accepted. */
    int max() default Integer.MAX_VALUE;
}
