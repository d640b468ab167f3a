package org.nsm4j.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md and CONTRIBUTING.md that only the sources show; those of all modules, also of tests. */
class SourcesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int MOST_LINES = 400;
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");
    private static final Pattern LITERAL = Pattern.compile("(?s)\"\"\".*?\"\"\"|\"(\\\\.|[^\"\\\\\n])*\"");

    @Test
    void the_sources_of_all_modules_are_found() {
        assertThat(sources("main")).anyMatch(file -> file.endsWith("core/chain/Chain.java"));
        assertThat(sources("test")).anyMatch(file -> file.endsWith("app/SourcesTest.java"));
    }

    @Test
    void every_package_says_what_it_is_for_and_is_null_marked() {
        assertThat(sources("main").stream().map(Path::getParent).distinct().filter(folder -> !isIntroduced(folder)))
                .as("packages without a package-info.java that has a comment and @NullMarked")
                .isEmpty();
    }

    private static boolean isIntroduced(Path folder) {
        var file = folder.resolve("package-info.java");
        return Files.exists(file)
                && read(file).contains("@NullMarked")
                && read(file).contains("/**");
    }

    @Test
    void no_file_is_longer_than_can_be_read_in_one_go() {
        assertThat(Stream.of(sources("main"), sources("test"))
                        .flatMap(List::stream)
                        .filter(file -> read(file).lines().count() > MOST_LINES))
                .as("files of more than %d lines", MOST_LINES)
                .isEmpty();
    }

    @Test
    void core_and_dataplane_hold_no_monitor() {
        assertThat(sources("main").stream()
                        .filter(file ->
                                file.startsWith(ROOT.resolve("core")) || file.startsWith(ROOT.resolve("dataplane")))
                        .filter(file -> code(file).matches("(?s).*\\bsynchronized\\b.*")))
                .as("files that use synchronized in place of the scheduler's turns")
                .isEmpty();
    }

    @Test
    void a_module_that_skips_kernel_tests_has_none() {
        assertThat(sources("test").stream()
                        .filter(file -> !file.endsWith("SourcesTest.java"))
                        .filter(file -> read(file).contains("\"kernel\""))
                        .map(file ->
                                ROOT.resolve(ROOT.relativize(file).getName(0)).resolve("pom.xml"))
                        .distinct()
                        .filter(pom -> read(pom).contains("<kernel.tests.skip>true")))
                .isEmpty();
    }

    /** Those that are written by hand: {@code MODULE/src/KIND/java}, without what is generated below target. */
    private static List<Path> sources(String kind) {
        try (var modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src").resolve(kind).resolve("java"))
                    .filter(Files::isDirectory)
                    .flatMap(SourcesTest::javaFiles)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String code(Path file) {
        return COMMENT.matcher(LITERAL.matcher(read(file)).replaceAll("")).replaceAll("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
