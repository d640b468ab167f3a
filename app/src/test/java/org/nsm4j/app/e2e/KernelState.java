package org.nsm4j.app.e2e;

import java.util.Collection;
import java.util.TreeMap;

/**
 * All that {@code ip} shows of some namespaces: links in detail, addresses, routes of all tables, rules, and the neighbours
 * that somebody set. What the kernel does by itself in its own time is left out: timers, what it learns from packets, whether
 * it is done with trying a link-local address, and the state that follows the flags of a link.
 */
record KernelState(TreeMap<String, String> byNamespace) {
    static KernelState of(Collection<String> namespaces) {
        var all = new TreeMap<String, String>();
        namespaces.forEach(each -> all.put(each, show(each)));
        return new KernelState(all);
    }

    private static String show(String netns) {
        var text = new StringBuilder();
        for (var what : new String[] {
            "-d addr show",
            "-4 route show table all",
            "-6 route show table all",
            "-4 rule show",
            "-6 rule show",
            "neigh show nud permanent"
        }) {
            text.append("# ip ").append(what).append('\n');
            Shell.run("ip -n %s %s".formatted(netns, what))
                    .lines()
                    .filter(line -> !line.startsWith("local fe80:"))
                    .map(line -> line.replace(" tentative", "")
                            .replaceAll("_timer +[0-9.]+", "_timer")
                            .replaceAll(" state (UP|UNKNOWN) ", " ")
                            .stripTrailing())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    /** Waits until all is as it was here; links that are gone for their users may be deleted a moment later. */
    void awaitAgain() {
        Eventually.until(
                "the kernel's former state", () -> of(byNamespace.keySet()).equals(this), this::difference);
    }

    /** Fails unless all is as it is here at this moment. */
    void assertStill() {
        if (!of(byNamespace.keySet()).equals(this)) {
            throw new AssertionError(difference());
        }
    }

    private String difference() {
        var now = of(byNamespace.keySet()).toString().lines().toList();
        var before = toString().lines().toList();
        var text = new StringBuilder("the kernel's state differs:\n");
        before.stream()
                .filter(line -> !now.contains(line))
                .forEach(line -> text.append("- ").append(line).append('\n'));
        now.stream()
                .filter(line -> !before.contains(line))
                .forEach(line -> text.append("+ ").append(line).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        byNamespace.forEach(
                (name, state) -> text.append("=== ").append(name).append('\n').append(state));
        return text.toString();
    }
}
