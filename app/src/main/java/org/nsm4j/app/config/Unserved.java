package org.nsm4j.app.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a variable of upstream's that a role knows and does nothing with. Where it is set to something that would have
 * an effect there, the role says so when it starts; {@code --help} lists it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Unserved.All.class)
public @interface Unserved {
    /** The variable, such as {@code NSM_PPROF_ENABLED}; with a star at its end every variable that begins so. */
    String env();

    /** The value that asks for nothing, which is upstream's default; no warning where it is set to that. */
    String preset() default "";

    /** Why nothing comes of it, and what to use in its place. */
    String because();

    /** Several of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** Each of them. */
        Unserved[] value();
    }
}
