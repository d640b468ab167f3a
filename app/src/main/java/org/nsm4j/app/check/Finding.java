package org.nsm4j.app.check;

/**
 * One thing that was looked at.
 *
 * @param what was looked at, in one or two words
 * @param verdict how it is
 * @param text what was seen
 * @param cure what to do about it; empty where nothing is to be done
 */
public record Finding(String what, Verdict verdict, String text, String cure) {
    /** How a thing is. */
    public enum Verdict {
        /** As it should be. */
        OK,
        /** Works, but something may be missed, or could not be looked at. */
        WARN,
        /** Does not work. */
        FAIL
    }

    /** As it should be. */
    public static Finding ok(String what, String text) {
        return new Finding(what, Verdict.OK, text, "");
    }

    /** Works, with a reservation. */
    public static Finding warn(String what, String text, String cure) {
        return new Finding(what, Verdict.WARN, text, cure);
    }

    /** Does not work. */
    public static Finding fail(String what, String text, String cure) {
        return new Finding(what, Verdict.FAIL, text, cure);
    }
}
