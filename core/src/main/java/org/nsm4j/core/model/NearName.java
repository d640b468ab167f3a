package org.nsm4j.core.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody may have meant, for the "did you mean" of a refusal. */
public final class NearName {
    /** Longer texts are not compared: nobody mistypes a screenful. */
    private static final int LONGEST = 128;

    private NearName() {}

    /**
     * The known name nearest to a text: at most a third of its letters, and at most three, typed wrongly.
     *
     * @return empty where none is near
     */
    public static Optional<String> to(String text, Collection<String> known) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return Optional.empty();
        }
        int most = Math.clamp(text.length() / 3, 1, 3);
        return known.stream()
                .filter(name -> !name.equals(text) && Math.abs(name.length() - text.length()) <= most)
                .filter(name -> distance(text, name) <= most)
                .min(Comparator.comparingInt((String name) -> distance(text, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The tail of a refusal: {@code ; did you mean "x"?}, or nothing where no known name is near. */
    public static String hint(String text, Collection<String> known) {
        return to(text, known).map("; did you mean \"%s\"?"::formatted).orElse("");
    }

    /** Letters to insert, remove or replace (Levenshtein). */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j < above.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[above.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }
}
