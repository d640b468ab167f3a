package org.nsm4j.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds a container's first process by its id, as every runtime writes it into the control group's path. No runtime is
 * asked, so a container's name is not known here.
 *
 * @param proc where the processes are, {@code /proc}
 */
record Containers(Path proc) {
    private static final Pattern ID = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{6,64}");

    static Containers onThisHost() {
        return new Containers(Path.of("/proc"));
    }

    /**
     * The container's process with the lowest number, which is the first unless the numbers wrapped.
     *
     * @throws BadUsage if there is no such container, or several
     */
    int pid(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new BadUsage("container: \"%s\" (expected: 6–64 hexadecimal digits of its id)".formatted(prefix));
        }
        var ids = new TreeSet<String>();
        var pids = new TreeSet<Integer>();
        running().forEach((pid, id) -> {
            if (id.startsWith(prefix)) {
                ids.add(id);
                pids.add(pid);
            }
        });
        if (ids.size() != 1) {
            throw new BadUsage("container: \"%s\" fits %d on this host (expected: one)".formatted(prefix, ids.size()));
        }
        return pids.first();
    }

    private TreeMap<Integer, String> running() {
        var running = new TreeMap<Integer, String>();
        try (Stream<Path> processes = Files.list(proc)) {
            processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .forEach(path -> {
                        var id = ID.matcher(groupsOf(path));
                        if (id.find()) {
                            running.put(Integer.parseInt(path.getFileName().toString()), id.group());
                        }
                    });
        } catch (IOException e) {
            throw new BadUsage("container: cannot read %s: %s".formatted(proc, e.getMessage()));
        }
        return running;
    }

    /** A process that ended meanwhile is in no group. */
    private static String groupsOf(Path process) {
        try {
            return Files.readString(process.resolve("cgroup"));
        } catch (IOException e) {
            return "";
        }
    }
}
