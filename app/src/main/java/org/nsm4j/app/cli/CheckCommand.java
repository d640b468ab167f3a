package org.nsm4j.app.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.Admin.Leftover;
import org.nsm4j.app.admin.AdminUnreachable;
import org.nsm4j.app.admin.Item;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.app.check.Finding;
import org.nsm4j.app.check.HostCheck;
import org.nsm4j.app.check.LeftoverCheck;
import org.nsm4j.app.config.Binder;
import org.nsm4j.app.config.NodeSettings;
import org.nsm4j.app.config.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nsm check} */
@Command(
        name = "check",
        description = "Looks for what does not work, or soon will not: kernel, limits, files, ports, identity, clocks, "
                + "leftovers. Changes nothing. Exit code 4 if something fails.")
final class CheckCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final NodeOption node = new NodeOption();

    @Option(names = "-o", paramLabel = "FORMAT", description = "json")
    private Format format = Format.table;

    @Option(
            names = "--leftovers",
            description = "Only what should not be there, or is missing. Exit code 4 if there is any.")
    private boolean onlyLeftovers;

    /** What the node said, if one runs. */
    private record Answer(Optional<NodeReport> report, List<NodeStatus> nodes, List<Leftover> leftovers) {}

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (onlyLeftovers) {
            return leftovers();
        }
        var settings = Binder.bind(NodeSettings.class, Sources.ofEnvironment(surroundings.environment()));
        var answer = answer();
        var root = "root".equals(System.getProperty("user.name"));
        var findings = HostCheck.run(settings, root, answer.report(), answer.nodes(), answer.leftovers());
        if (format == Format.json) {
            printJson(findings);
        } else {
            var report = answer.report();
            surroundings
                    .out()
                    .println(report.map(each -> "node " + each.name() + " runs here, nsm4j " + each.version())
                            .orElse("no node runs here: looking at whether one could"));
            print(findings);
        }
        return findings.stream().anyMatch(each -> each.verdict() == Finding.Verdict.FAIL)
                ? Exit.PROBLEMS.code()
                : Exit.OK.code();
    }

    private Answer answer() {
        try {
            return node.ask(
                    surroundings, admin -> new Answer(Optional.of(admin.status()), nodes(admin), admin.audit()));
        } catch (AdminUnreachable e) {
            return new Answer(Optional.empty(), List.of(), List.of());
        }
    }

    private static List<NodeStatus> nodes(Admin admin) {
        return admin.list(Item.Kind.NODE).stream()
                .filter(Item.OfNode.class::isInstance)
                .map(item -> ((Item.OfNode) item).node())
                .toList();
    }

    private static Map<String, String> json(Finding finding) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("check", finding.what());
        fields.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
        fields.put("text", finding.text());
        fields.put("cure", finding.cure());
        return fields;
    }

    private void printJson(List<Finding> findings) {
        surroundings
                .out()
                .println(Format.json(findings.stream().map(CheckCommand::json).toList()));
    }

    /** What the node's auditor finds, alone; for scripts, which are told by the exit code. */
    private int leftovers() {
        var found = node.ask(surroundings, Admin::audit);
        var findings = LeftoverCheck.of(found);
        if (format == Format.json) {
            printJson(findings);
        } else {
            print(findings);
        }
        return found.isEmpty() ? Exit.OK.code() : Exit.PROBLEMS.code();
    }

    private void print(List<Finding> findings) {
        var style = new Style(surroundings);
        var out = surroundings.out();
        for (var finding : findings) {
            var verdict = switch (finding.verdict()) {
                case OK -> "ok";
                case WARN -> "warn";
                case FAIL -> "FAIL";
            };
            out.println(style.paint("%-5s".formatted(verdict)) + "%-15s".formatted(finding.what()) + finding.text());
            if (!finding.cure().isEmpty()) {
                out.println(" ".repeat(20) + "→ " + finding.cure());
            }
        }
    }
}
