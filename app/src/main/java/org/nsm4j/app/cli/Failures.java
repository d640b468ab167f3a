package org.nsm4j.app.cli;

import java.util.List;
import org.nsm4j.app.admin.AdminUnreachable;
import org.nsm4j.app.config.BadSettings;
import org.nsm4j.app.manifest.BadManifest;
import org.nsm4j.core.model.Refused;
import picocli.CommandLine;

/** Says what went wrong, and what to do, in a few lines; the stack only where {@code -v} asks for it. */
final class Failures implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {
    private final Surroundings surroundings;
    private final boolean verbose;

    Failures(Surroundings surroundings, boolean verbose) {
        this.surroundings = surroundings;
        this.verbose = verbose;
    }

    @Override
    public int handleParseException(CommandLine.ParameterException failure, String[] args) {
        say(String.valueOf(failure.getMessage()));
        CommandLine.UnmatchedArgumentException.printSuggestions(
                failure, failure.getCommandLine().getErr());
        say("try: %s --help".formatted(failure.getCommandLine().getCommandSpec().qualifiedName()));
        stack(failure);
        return Exit.USAGE.code();
    }

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parseResult) {
        return handle(failure).code();
    }

    Exit handle(Exception failure) {
        var exit = say(failure);
        stack(failure);
        return exit;
    }

    private Exit say(Exception failure) {
        return switch (failure) {
            case Refused refused -> {
                say("refused%s: %s".formatted(refused.hop().map(" by "::concat).orElse(""), refused.sentence()));
                say("%s: %s".formatted(refused.reason(), cure(refused.reason())));
                yield Exit.REFUSED;
            }
            case AdminUnreachable unreachable -> {
                say(String.valueOf(unreachable.getMessage()));
                yield Exit.UNREACHABLE;
            }
            case BadSettings bad -> say(bad.problems());
            case BadManifest bad -> say(bad.problems());
            case BadUsage bad -> say(List.of(String.valueOf(bad.getMessage())));
            default -> {
                say("a bug: %s (-v shows where; please report it)".formatted(failure));
                yield Exit.BUG;
            }
        };
    }

    private Exit say(List<String> sentences) {
        sentences.forEach(this::say);
        return Exit.USAGE;
    }

    private void say(String sentence) {
        surroundings.err().println("nsm: " + sentence);
    }

    private void stack(Exception failure) {
        if (verbose) {
            failure.printStackTrace(surroundings.err());
        }
    }

    /** What a person can do about it. */
    private static String cure(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> "correct what was asked for; asking again the same way is useless";
            case NOT_FOUND -> "see what there is: nsm get services, nsm get connections";
            case NO_CANDIDATE -> "see which endpoints were looked at, and why none fits: nsm explain SERVICE";
            case NOT_AUTHORIZED -> "ask as root, or as an identity that the policy allows";
            case UNSUPPORTED -> "ask for a mechanism and a payload that the hop speaks";
            case NO_ADDRESS -> "give the endpoint a larger pool, or start another endpoint";
            case NO_CAPACITY -> "raise what is used up, or start another endpoint";
            case CONFLICT -> "remove what stands in the way, or ask for another name or address";
            case UNAVAILABLE -> "the part may come back: ask again; nsm check tells what is down";
            case DEADLINE -> "ask again with a longer --timeout; nsm check tells what is slow or down";
            case CANCELLED -> "called off; nothing was left behind";
            case INTERNAL -> "the node's log says more; nsm check tells whether the kernel lacks something";
        };
    }
}
