package org.nsm4j.core.select;

import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Endpoint;

/**
 * How many connections an endpoint takes, as it announces by the label {@value #LABEL}; hops that do not know the label
 * see one label more.
 */
public final class Capacity {
    /** The label's name; its value is a number from 1. */
    public static final String LABEL = "nsm4j.org/capacity";

    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private Capacity() {}

    /** What an endpoint announces for a service; empty where it announces nothing that can be read. */
    static OptionalInt of(Endpoint endpoint, String service) {
        var text = endpoint.labelsFor(service).getOrDefault(LABEL, "");
        return NUMBER.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
}
