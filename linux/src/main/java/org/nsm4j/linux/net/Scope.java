package org.nsm4j.linux.net;

/** How far an address or route is good, {@code RT_SCOPE_*}. */
public enum Scope {
    GLOBAL(0),
    SITE(200),
    LINK(253),
    HOST(254),
    NOWHERE(255);

    private final int number;

    Scope(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** Numbers that administrators define themselves lie between global and site, and count as global. */
    static Scope of(int number) {
        for (Scope scope : values()) {
            if (scope.number == number) {
                return scope;
            }
        }
        return GLOBAL;
    }
}
