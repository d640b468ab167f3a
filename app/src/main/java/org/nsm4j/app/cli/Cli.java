package org.nsm4j.app.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.nsm4j.app.config.ClientSettings;
import org.nsm4j.app.config.ForwarderSettings;
import org.nsm4j.app.config.ManagerSettings;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.PassthroughSettings;
import org.nsm4j.app.config.RegistrySettings;
import org.nsm4j.app.config.ResponderSettings;
import org.nsm4j.app.config.RoleSettings;
import org.nsm4j.app.config.VpnGatewaySettings;
import org.nsm4j.core.model.NearName;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The {@code nsm} command. Only the command that is typed is made, since {@code nsm get} should not pay for the classes of
 * {@code nsm up}.
 *
 * <pre>{@code
 * System.exit(new Cli(Surroundings.ofProcess()).withRoles(MyRoles::new).run(args));
 * }</pre>
 */
public final class Cli {
    private final Surroundings surroundings;
    private final Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();

    /** The command with everything that needs no role in this process. */
    public Cli(Surroundings surroundings) {
        this.surroundings = surroundings;
        with("drain", () -> new DrainCommand(surroundings));
        with("down", () -> new DownCommand(surroundings));
        with("apply", () -> new ApplyCommand(surroundings, false));
        commands.put("delete", () -> {
            var spec = CommandSpec.forAnnotatedObject(new ApplyCommand(surroundings, true));
            spec.usageMessage().description("Takes back what such files describe; only kinds and names count.");
            return spec;
        });
        with("connect", () -> new ConnectCommand(surroundings));
        with("disconnect", () -> new DisconnectCommand(surroundings));
        with("get", () -> new GetCommand(surroundings));
        with("describe", () -> new DescribeCommand(surroundings));
        with(
                "explain",
                () -> new ExplainCommand(surroundings, role -> {
                    throw new BadUsage("role: %s (expected: a program that has roles)".formatted(role));
                }));
        with("token", () -> new TokenCommand(surroundings));
        with("check", () -> new CheckCommand(surroundings));
        with("install", () -> new InstallCommand(surroundings));
        with("uninstall", () -> new UninstallCommand(surroundings));
        with("completion", () -> new CompletionCommand(surroundings, this));
        with("version", () -> new VersionCommand(surroundings));
    }

    /** Adds a command: an object with picocli's annotations that is a {@code Callable<Integer>}. */
    public Cli with(String name, Supplier<Object> command) {
        commands.put(name, () -> CommandSpec.forAnnotatedObject(command.get()));
        return this;
    }

    /** Adds the commands that run a role in this process. */
    public Cli withRoles(Supplier<Roles> roles) {
        with(
                "explain",
                () -> new ExplainCommand(surroundings, role -> roles.get().elements(role)));
        add("up", role("up", NodeSettings.class, s -> roles.get().node(s)));
        add("manager", role("manager", ManagerSettings.class, s -> roles.get().manager(s)));
        add(
                "forwarder",
                role("forwarder", ForwarderSettings.class, s -> roles.get().forwarder(s)));
        add(
                "registry",
                role("registry", RegistrySettings.class, s -> roles.get().registry(s)));
        add("client", role("client", ClientSettings.class, s -> roles.get().client(s)));
        commands.put("endpoint", () -> {
            var endpoint = CommandSpec.wrapWithoutInspection((java.util.concurrent.Callable<Integer>) () -> {
                        throw new BadUsage(
                                "endpoint: a function is missing (expected: responder, passthrough or vpn-gateway)");
                    })
                    .name("endpoint");
            endpoint.usageMessage().description("Runs a network function that we ship.");
            endpoint.addSubcommand(
                    "responder",
                    role("responder", ResponderSettings.class, s -> roles.get().responder(s))
                            .spec());
            endpoint.addSubcommand(
                    "passthrough",
                    role(
                                    "passthrough",
                                    PassthroughSettings.class,
                                    s -> roles.get().passthrough(s))
                            .spec());
            endpoint.addSubcommand(
                    "vpn-gateway",
                    role(
                                    "vpn-gateway",
                                    VpnGatewaySettings.class,
                                    s -> roles.get().vpnGateway(s))
                            .spec());
            return endpoint;
        });
        return this;
    }

    private void add(String name, RoleCommand<?> role) {
        commands.put(name, role::spec);
    }

    private <S extends Record & RoleSettings> RoleCommand<S> role(
            String name, Class<S> type, RoleCommand.Starter<S> starter) {
        return new RoleCommand<>(name, type, starter, surroundings);
    }

    /** Runs one command line, and returns the {@link Exit} code. */
    public int run(String... args) {
        var failures = new Failures(surroundings, List.of(args).contains("-v"));
        var typed = firstWord(args);
        var command = commands.get(typed);
        if (!typed.isEmpty() && command == null) {
            surroundings
                    .err()
                    .println("nsm: %s: no such command%s".formatted(typed, NearName.hint(typed, commands.keySet())));
            return Exit.USAGE.code();
        }
        var line = command == null ? withAll() : withOnly(typed, command);
        return line.setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setUsageHelpAutoWidth(surroundings.terminal())
                .setUsageHelpLongOptionsMaxWidth(36)
                .execute(args);
    }

    private static java.io.PrintWriter writer(java.io.PrintStream stream) {
        return new java.io.PrintWriter(stream, true, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String firstWord(String[] args) {
        for (var arg : args) {
            if (!arg.startsWith("-")) {
                return arg;
            }
        }
        return "";
    }

    private CommandLine withOnly(String name, Supplier<CommandSpec> command) {
        var spec = top();
        spec.addSubcommand(name, command.get());
        return new CommandLine(spec);
    }

    /** Every command, for help and completion. */
    CommandLine withAll() {
        var spec = top();
        commands.forEach((name, command) -> spec.addSubcommand(name, command.get()));
        return new CommandLine(spec);
    }

    private CommandSpec top() {
        var spec = CommandSpec.wrapWithoutInspection((java.util.concurrent.Callable<Integer>) this::usage)
                .name("nsm");
        spec.usageMessage()
                .description("Network Service Mesh: plugs workloads into networks that they ask for by name.");
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(CommandLine.ScopeType.INHERIT)
                .description("Show this help.")
                .build());
        spec.addOption(OptionSpec.builder("-v")
                .type(boolean.class)
                .scopeType(CommandLine.ScopeType.INHERIT)
                .description("Show the stack of a failure.")
                .build());
        return spec;
    }

    private int usage() {
        withAll().usage(surroundings.out());
        return Exit.USAGE.code();
    }
}
