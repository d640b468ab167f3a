package org.nsm4j.app.e2e;

import java.util.Collection;
import java.util.TreeMap;

/**
 * All that {@code ip} shows of some namespaces: links in detail, addresses, routes of all tables, rules, and the neighbours
 * that somebody set. What the kernel adds by itself in its own time is left out: what it learns from packets, and whether it
 * is done with trying a link-local address.
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
                    .map(line -> line.replace(" tentative", "").stripTrailing())
                    .forEach(line -> text.append(line).append('\n'));
        }
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
