package org.nsm4j.app.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;
import org.nsm4j.core.model.Refused;

/**
 * The files that make a node a service, and their removal.
 *
 * @param root under which everything lies; {@code /} but in tests
 * @param unit what runs
 * @param say told of each thing that was done, a line each
 */
public record Installation(Path root, SystemdUnit unit, Consumer<String> say) {
    private static final String SERVICE = "nsm.service";

    /** What the settings file begins with; one that still is just this is ours to remove. */
    private static final String SETTINGS = """
            # Settings of nsm up, one KEY: VALUE on a line; the keys are those of nsm up --help, without dashes.
            # A variable NSM_… of the service goes before this file.
            """;

    /** The unit's file. */
    public Path unitFile() {
        return root.resolve("etc/systemd/system").resolve(SERVICE);
    }

    /** The settings' file. */
    public Path settingsFile() {
        return settingsFolder().resolve("nsm.yaml");
    }

    private Path settingsFolder() {
        return root.resolve("etc/nsm");
    }

    /**
     * Writes the files, and starts the service where systemd runs.
     *
     * @throws Refused with {@code INTERNAL} where a file cannot be written or systemd refuses
     */
    public void install() {
        write(unitFile(), unit.text(), "rw-r--r--");
        if (!Files.exists(settingsFile())) {
            write(settingsFile(), SETTINGS, "rw-r--r--");
        }
        if (systemdRuns()) {
            systemctl("daemon-reload");
            systemctl("enable", "--now", SERVICE);
        } else {
            say.accept("systemd does not run here; start the node by: sudo %s up".formatted(unit.launcher()));
        }
    }

    /**
     * Stops the service and removes what {@link #install} wrote. A settings file that somebody changed stays, and so does
     * the state in {@code /var/lib/nsm} unless {@code purge} says otherwise.
     *
     * @param purge whether the settings, the state and with it the domain's CA go too
     */
    public void uninstall(boolean purge) {
        if (Files.exists(unitFile())) {
            if (systemdRuns()) {
                systemctl("disable", "--now", SERVICE);
            }
            remove(unitFile());
            if (systemdRuns()) {
                systemctl("daemon-reload");
            }
        } else {
            say.accept("%s is not there".formatted(unitFile()));
        }
        if (purge) {
            removeTree(settingsFolder());
        } else if (isUntouched(settingsFile())) {
            remove(settingsFile());
            removeIfEmpty(settingsFolder());
        } else if (Files.exists(settingsFile())) {
            say.accept("kept %s, which was changed (--purge removes it)".formatted(settingsFile()));
        }
        var state = root.resolve("var/lib/nsm");
        if (purge) {
            removeTree(state);
            removeTree(root.resolve("run/nsm"));
        } else if (Files.exists(state)) {
            say.accept("kept %s (--purge removes it)".formatted(state));
        }
    }

    private boolean systemdRuns() {
        return root.equals(Path.of("/")) && Files.isDirectory(Path.of("/run/systemd/system"));
    }

    /** Whole or not at all: systemd may read it at any time. */
    private void write(Path file, String text, String mode) {
        try {
            Files.createDirectories(file.getParent());
            var part = file.resolveSibling(file.getFileName() + ".part");
            Files.writeString(part, text);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            say.accept("wrote " + file);
        } catch (IOException e) {
            throw failed("write", file, e);
        }
    }

    private static boolean isUntouched(Path file) {
        try {
            return Files.exists(file) && Files.readString(file).equals(SETTINGS);
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    private void remove(Path file) {
        try {
            if (Files.deleteIfExists(file)) {
                say.accept("removed " + file);
            }
        } catch (IOException e) {
            throw failed("remove", file, e);
        }
    }

    /** What people put beside our own files is theirs. */
    private void removeIfEmpty(Path folder) {
        try (var files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                return;
            }
        } catch (IOException e) {
            throw failed("read", folder, e);
        }
        remove(folder);
    }

    private void removeTree(Path folder) {
        if (!Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(this::remove);
        } catch (IOException e) {
            throw failed("remove", folder, e);
        }
    }

    private void systemctl(String... arguments) {
        var command = new java.util.ArrayList<>(List.of("systemctl"));
        command.addAll(List.of(arguments));
        var line = String.join(" ", command);
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new Refused(Refused.Reason.INTERNAL, "%s: exit code %d (expected: 0)".formatted(line, code));
            }
            say.accept(line);
        } catch (IOException e) {
            throw new Refused(Refused.Reason.INTERNAL, "%s: %s".formatted(line, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Reason.CANCELLED, line + ": called off", e);
        }
    }

    private static Refused failed(String what, Path file, IOException e) {
        return new Refused(
                Refused.Reason.INTERNAL, "cannot %s %s: %s (expected: root)".formatted(what, file, e.getMessage()), e);
    }
}
