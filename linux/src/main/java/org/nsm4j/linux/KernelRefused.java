package org.nsm4j.linux;

import java.util.function.Supplier;

/**
 * The kernel said no. The message names what was attempted and where, the error number, and the kernel's own words if it
 * had any: {@code cannot add address 10.0.0.1/32 to link 7 in netns /run/netns/a: EEXIST (exists already); ipv4: Address already assigned}.
 */
public final class KernelRefused extends RuntimeException {
    private final int code;
    private final String text;

    /**
     * @param attempt what was attempted and where, as it reads after "cannot"
     * @param code the positive error number
     * @param text the kernel's extended text, empty where it gave none
     */
    public KernelRefused(String attempt, int code, String text) {
        super(sentence(attempt, code, text));
        this.code = code;
        this.text = text;
    }

    /** As the three-argument form, for a named number without a text of the kernel. */
    public KernelRefused(String attempt, Errno errno) {
        this(attempt, errno.code(), "");
    }

    /** The error by name. */
    public Errno errno() {
        return Errno.of(code);
    }

    /** The error by number, positive. */
    public int code() {
        return code;
    }

    /** The kernel's extended text, empty where it gave none. */
    public String text() {
        return text;
    }

    /** Whether the error is one of these. */
    public boolean is(Errno... any) {
        for (Errno errno : any) {
            if (errno() == errno) {
                return true;
            }
        }
        return false;
    }

    /**
     * Passes a system call's result through, or throws if it is a negative error number.
     *
     * @param attempt what was attempted and where, as it reads after "cannot"
     */
    public static int check(int result, Supplier<String> attempt) {
        if (result < 0) {
            throw new KernelRefused(attempt.get(), -result, "");
        }
        return result;
    }

    private static String sentence(String attempt, int code, String text) {
        Errno errno = Errno.of(code);
        String name = errno == Errno.OTHER ? "errno " + code : errno.name();
        return "cannot " + attempt + ": " + name + " (" + errno.meaning() + ")" + (text.isEmpty() ? "" : "; " + text);
    }
}
