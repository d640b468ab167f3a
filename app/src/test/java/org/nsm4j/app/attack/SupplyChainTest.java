package org.nsm4j.app.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Attack 22, as far as the build can tell: what is shipped is what was written down, in one place. */
class SupplyChainTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LIBRARY = Pattern.compile("(?s)<(dependency|plugin|path)>(.*?)</\\1>");
    private static final Pattern VERSION = Pattern.compile("<version>(.*?)</version>");
    private static final Pattern PROPERTY = Pattern.compile("<([a-z0-9.]+\\.version)>(.*?)</\\1>");

    private static List<Path> poms() {
        try (var modules = Files.list(ROOT)) {
            return Stream.concat(Stream.of(ROOT), modules)
                    .map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void attack_22_every_library_and_plugin_has_the_version_that_the_root_names() {
        assertThat(poms()).hasSizeGreaterThan(10);
        var versions = poms().stream()
                .flatMap(pom -> LIBRARY.matcher(read(pom)).results())
                .flatMap(library -> VERSION.matcher(library.group(2)).results())
                .map(version -> version.group(1))
                .filter(version -> !version.startsWith("[")) // what the enforcer asks of Maven itself
                .distinct();
        assertThat(versions).isNotEmpty().allMatch(version -> version.matches("\\$\\{[a-z0-9.]+\\.version}"));
    }

    @Test
    void attack_22_no_version_is_a_range_or_moves() {
        var fixed = PROPERTY.matcher(read(ROOT.resolve("pom.xml"))).results().toList();
        assertThat(fixed).hasSizeGreaterThan(20);
        assertThat(fixed)
                .extracting(MatchResult::group)
                .allMatch(each -> each.matches("<(.*?)>[0-9][0-9A-Za-z.-]*</\\1>"))
                .noneMatch(each -> each.contains("SNAPSHOT"));
    }

    @Test
    void attack_22_nothing_is_fetched_from_elsewhere_than_the_central_repository() {
        assertThat(poms())
                .noneMatch(pom -> read(pom).matches("(?s).*<(repository|pluginRepository)>.*")
                        || read(pom).contains("<systemPath>"));
    }
}
