package org.nsm4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Types what the examples' READMEs tell the reader to type: the blocks marked {@code sh}, one after the other in one shell,
 * each command of which must succeed.
 *
 * <p>The shell has network, process and mount namespaces of its own, with {@code /run} and {@code /var/lib} empty: so the
 * steps need no names of their own, nothing of this host is touched, and whatever they start ends with them.
 */
@Tag("kernel")
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern STEPS = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
    private static final long MOST_SECONDS = 180;

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        assumeTrue(
                Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
                        && "root".equals(System.getProperty("user.name")),
                "kernel test skipped: it makes network namespaces, which needs root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello-endpoint", "responder", "chain", "vpn"})
    void the_steps_of_a_readme_work_as_they_are_written(String example) throws IOException, InterruptedException {
        var output = folder.resolve("output").toFile();
        var steps = Files.writeString(folder.resolve("steps"), script(example));
        var builder = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "--mount",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "sh",
                        "-eux",
                        steps.toString())
                .directory(ROOT.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("NSM_") || name.startsWith("SPIFFE_"));
        environment.put("CLASSPATH", classPath());
        environment.put("PATH", programs() + ":" + environment.get("PATH"));
        var shell = builder.start();
        boolean ended = shell.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
        shell.destroyForcibly().waitFor();
        assertThat(ended && shell.exitValue() == 0)
                .as(() -> "%s within %d s:%n%s".formatted(example, MOST_SECONDS, read(output.toPath())))
                .isTrue();
    }

    /** The steps of a README, with what is special about this place before them; files of theirs go to a folder of ours. */
    private String script(String example) throws IOException {
        var readme = Files.readString(ROOT.resolve("examples").resolve(example).resolve("README.md"));
        var steps = STEPS.matcher(readme).results().map(found -> found.group(1)).collect(Collectors.joining("\n"));
        assertThat(steps).isNotBlank();
        return """
                mount -t tmpfs none /run
                mount -t tmpfs none /var/lib
                ip link set lo up
                cd '%1$s'
                mkdir examples
                cp -r '%2$s/examples/src' '%2$s/examples/%3$s' examples
                trap 'cat ./*.log' EXIT
                %4$s
                """.formatted(Files.createDirectory(folder.resolve("work")), ROOT, example, steps);
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** A folder with this JDK's {@code java}, and {@code nsm} from the classes that are tested. */
    private Path programs() throws IOException {
        var programs = Files.createDirectory(folder.resolve("bin"));
        program(programs.resolve("java"), "");
        program(
                programs.resolve("nsm"),
                "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "
                        + "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m org.nsm4j.app.Nsm");
        return programs;
    }

    private static void program(Path file, String arguments) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        Files.writeString(file, "#!/bin/sh\nexec '%s' %s \"$@\"\n".formatted(java, arguments));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
