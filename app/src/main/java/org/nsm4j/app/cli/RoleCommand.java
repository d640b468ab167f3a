package org.nsm4j.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.nsm4j.app.config.Binder;
import org.nsm4j.app.config.Declaration;
import org.nsm4j.app.config.RoleSettings;
import org.nsm4j.app.config.SettingsFile;
import org.nsm4j.app.config.Sources;
import org.nsm4j.app.observe.Logging;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command that runs a role in this process. Its flags and its help come from the role's settings record alone.
 *
 * @param <S> the settings
 */
final class RoleCommand<S extends Record & RoleSettings> {
    private static final Path FILE = Path.of("/etc/nsm/nsm.yaml");
    private static final String CONFIG = "--config";

    private final String name;
    private final Class<S> type;
    private final Starter<S> starter;
    private final Surroundings surroundings;

    /**
     * Starts a role.
     *
     * @param <S> its settings
     */
    @FunctionalInterface
    interface Starter<S> {
        Running start(S settings);
    }

    RoleCommand(String name, Class<S> type, Starter<S> starter, Surroundings surroundings) {
        this.name = name;
        this.type = type;
        this.starter = starter;
        this.surroundings = surroundings;
    }

    CommandSpec spec() {
        var holder = new CommandSpec[1];
        var spec = CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> run(holder[0]))
                .name(name);
        holder[0] = spec;
        spec.usageMessage()
                .description(description())
                .abbreviateSynopsis(true)
                .sortOptions(false)
                .footer(footer());
        for (var declaration : Declaration.of(type)) {
            spec.addOption(option(declaration));
        }
        spec.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("FILE")
                .type(String.class)
                .description("A YAML file of settings, named as the flags (NSM_CONFIG; default: %s if it is there)"
                        .formatted(FILE))
                .build());
        return spec;
    }

    private String[] footer() {
        var lines = new ArrayList<String>();
        var unserved = Declaration.unserved(type);
        if (!unserved.isEmpty()) {
            lines.add("");
            lines.add("Variables of upstream's that do nothing here:");
            unserved.forEach(each -> lines.add(escape("  %s: %s".formatted(each.env(), each.because()))));
        }
        lines.add("");
        lines.add("A flag goes before its variable, the variable before the file, the file before the default.");
        return lines.toArray(String[]::new);
    }

    private String description() {
        return switch (name) {
            case "up" -> "Makes this host a node: identity, registry, manager and forwarder in one process.";
            case "manager" -> "Runs a manager: takes its node's requests and finds a way.";
            case "forwarder" -> "Runs a forwarder: cross-connects the wires of its node.";
            case "registry" -> "Runs a registry: keeps a domain's services and endpoints.";
            case "client" -> "Connects this workload, as an init container (--init) or a sidecar.";
            default -> "Runs the network function " + name + ".";
        };
    }

    private static OptionSpec option(Declaration declaration) {
        var preset = declaration.setting().preset();
        var option = OptionSpec.builder(declaration.flag())
                .type(String.class)
                .description(
                        escape(declaration.setting().means()),
                        escape(declaration.env() + (preset.isEmpty() ? "" : ", default: " + preset)));
        return declaration.isSwitch()
                ? option.arity("0..1").fallbackValue("true").paramLabel("BOOL").build()
                : option.arity("1").paramLabel("VALUE").build();
    }

    /** What picocli would take for a format or a variable. */
    private static String escape(String text) {
        return text.replace("%", "%%").replace("$", "$$");
    }

    private int run(CommandSpec spec) throws InterruptedException {
        var sources = sources(spec);
        var settings = Binder.bind(type, sources);
        var level = settings.logLevel();
        Logging.start(level, surroundings.err());
        Logging.followSignals(level);
        var log = LoggerFactory.getLogger("org.nsm4j.settings");
        Binder.warnings(type, sources).forEach(log::warn);
        var running = starter.start(settings);
        var hook = new Thread(running::close, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return running.await();
    }

    private Sources sources(CommandSpec spec) {
        var flags = new LinkedHashMap<String, String>();
        for (var option : spec.commandLine().getParseResult().matchedOptions()) {
            if (option.getValue() instanceof String text) {
                flags.put(option.longestName().substring(2), text);
            }
        }
        var config = flags.remove(CONFIG.substring(2));
        var file = config != null ? config : surroundings.environment().getOrDefault("NSM_CONFIG", "");
        if (!file.isEmpty() || Files.exists(FILE)) {
            var path = file.isEmpty() ? FILE : Path.of(file);
            return new Sources(flags, surroundings.environment(), SettingsFile.read(path), path.toString());
        }
        return new Sources(flags, surroundings.environment(), Map.of(), "");
    }
}
