package org.nsm4j.app.role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The file of the prefixes that no endpoint may hand out, {@code prefixes: [CIDR…]}, as upstream's collectors write it; a
 * missing one has none. Read at each request: a read costs less than a watch that misses what replaced the file. What
 * cannot be understood leaves the former prefixes as they are, and is said once for each content (behaviour X-1).
 */
final class PrefixFile implements Supplier<List<Cidr>> {
    private static final System.Logger LOG = System.getLogger(PrefixFile.class.getName());

    private final Path file;
    private volatile Content last = new Content("", List.of());

    private record Content(String text, List<Cidr> prefixes) {}

    PrefixFile(Path file) {
        this.file = file;
    }

    @Override
    public List<Cidr> get() {
        var before = last;
        try {
            var text = Files.readString(file);
            if (!text.equals(before.text)) {
                last = new Content(text, read(text, before.prefixes));
            }
        } catch (NoSuchFileException e) {
            last = new Content("", List.of());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "excluded prefixes stay as they were, cannot read {0}: {1}", file, e);
        }
        return last.prefixes;
    }

    private List<Cidr> read(String text, List<Cidr> before) {
        try {
            var prefixes = new ArrayList<Cidr>();
            new YAMLMapper().readTree(text).path("prefixes").forEach(each -> prefixes.add(Cidr.parse(each.asString())));
            return List.copyOf(prefixes);
        } catch (JacksonException | Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "excluded prefixes stay as they were, cannot understand {0}: {1}",
                    file,
                    e.getMessage());
            return before;
        }
    }
}
