package org.nsm4j.core.chain;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What an {@link Element} does, in words that follow its name in a list; {@code nsm explain manager} shows them. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Does {
    /** A phrase that starts with a verb, in one line. */
    String value();
}
