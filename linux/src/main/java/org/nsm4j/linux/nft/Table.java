package org.nsm4j.linux.nft;

import java.util.Locale;

/**
 * A table by family and name; who made a table owns all in it.
 *
 * @param family which packets it sees
 * @param name 1–31 characters
 */
public record Table(Family family, String name) {
    /** Which packets a table sees. */
    public enum Family {
        /** IPv4 and IPv6. */
        INET(1),
        /** Everything that one link receives, before routing. */
        NETDEV(5);

        private final int number;

        Family(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    public Table {
        Names.check("table", name);
    }

    /** For IPv4 and IPv6. */
    public static Table inet(String name) {
        return new Table(Family.INET, name);
    }

    /** For what single links receive. */
    public static Table netdev(String name) {
        return new Table(Family.NETDEV, name);
    }

    @Override
    public String toString() {
        return family.name().toLowerCase(Locale.ROOT) + " " + name;
    }
}
