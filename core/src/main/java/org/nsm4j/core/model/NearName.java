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

    /** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(a, b, cost, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(String a, String b, int[][] cost, int i, int j) {
        boolean equal = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(cost[i - 1][j - 1] + (equal ? 0 : 1), 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
