package org.nsm4j.app.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.path.ReportTimes;

/**
 * How a connection came to be, told from the times that the hops wrote into their path segments: on the way out who was
 * asked and what was decided, on the way back what was plugged.
 */
final class Steps {
    private final Connection answer;
    private final Duration took;
    private final List<Admin.Step> steps = new ArrayList<>();

    private Steps(Connection answer, Duration took) {
        this.answer = answer;
        this.took = took;
    }

    /**
     * The steps.
     *
     * @param answer as the client got it
     * @param took the whole request, as the client saw it
     */
    static List<Admin.Step> of(Connection answer, Duration took) {
        return new Steps(answer, took).list();
    }

    private List<Admin.Step> list() {
        var hops = answer.path().segments();
        for (int at = 0; at < hops.size() - 1; at++) {
            crossing(at, hops.get(at), hops.get(at + 1));
        }
        own(hops.getLast(), "AllocateAddresses", addresses());
        for (int at = hops.size() - 2; at > 0; at--) {
            own(hops.get(at), "PlugWire", "wire plugged by " + hops.get(at).name());
        }
        add(result(), Duration.ZERO);
        return steps;
    }

    /** From one hop to the next: what the call took beyond the other's own work, and what the other had to choose. */
    private void crossing(int at, Segment from, Segment to) {
        var asked = at == 0 ? Optional.of(took) : micros(from, "Dial");
        var answered = micros(to, "total");
        var wire = asked.flatMap(all -> answered.map(all::minus)).filter(each -> !each.isNegative());
        add(
                "%s → %s".formatted(from.name(), to.name()),
                wire.orElse(Duration.ZERO).plus(micros(to, "SelectForwarder").orElse(Duration.ZERO)));
        if (at == 1) {
            own(to, "SelectEndpoint", "registry: %s → %s".formatted(answer.service(), answer.endpoint()));
        }
    }

    private void own(Segment hop, String element, String text) {
        micros(hop, element).ifPresent(time -> add(text, time));
    }

    private static Optional<Duration> micros(Segment hop, String key) {
        var text = hop.metrics().get(ReportTimes.PREFIX + key);
        if (text == null || !text.matches("[0-9]{1,12}")) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(Long.parseLong(text) * 1000));
    }

    private String addresses() {
        var ip = answer.context().ip();
        return "addresses: %s for the client, %s for the endpoint".formatted(ip.srcAddresses(), ip.dstAddresses());
    }

    private String result() {
        var mechanism = answer.mechanism();
        var name = mechanism == null ? "" : mechanism.parameter(Mechanism.NAME).orElse("");
        var ip = answer.context().ip();
        var text = new StringBuilder(name);
        ip.srcAddresses().forEach(each -> text.append(' ').append(each));
        for (var route : ip.srcRoutes()) {
            if (!route.prefix().isHost()) {
                text.append(", route ").append(route.prefix());
                var gateway = route.nextHop() != null
                        ? Optional.of(route.nextHop())
                        : Context.Ip.first(ip.dstAddresses(), route.prefix().isIpv4());
                gateway.ifPresent(each -> text.append(" via ").append(each.getHostAddress()));
            }
        }
        return text.toString();
    }

    private void add(String text, Duration time) {
        steps.add(new Admin.Step(steps.size() + 1, text, time));
    }
}
