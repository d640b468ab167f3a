package org.nsm4j.core.life;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Endpoint;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.WireReport;
import org.nsm4j.core.registry.Registry;
import org.nsm4j.core.schedule.Guard;
import org.nsm4j.core.schedule.Scheduler;

/** One connection's healing. Its state belongs to the guard; at most one attempt runs or waits at a time. */
final class Healing implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Healing.class.getName());

    /** For how long a wire that works is left alone although its path cannot be mended: the registration's usual life. */
    static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Who breaks so soon after being mended was not mended. */
    static final Duration RELAPSE = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration REQUEST = Duration.ofSeconds(15);
    /** How long mending may take where the wire does not work, and somebody else might do better. */
    private static final Duration MENDING = Duration.ofSeconds(2);

    private static final double JITTER = 0.2;

    private final ConnectionId id;
    private final Means means;
    private @Nullable Trouble trouble;
    private @Nullable Instant mended;
    private boolean over;

    /** What healing needs. */
    record Means(
            ConnectionTable connections,
            Registry<Endpoint> endpoints,
            Scheduler scheduler,
            RandomGenerator random,
            Guard guard,
            Consumer<Heal.Healed> told) {}

    /** From the first report to the answer; belongs to the guard. */
    private final class Trouble {
        final Instant since = means.scheduler.now();
        final Connection before;
        Optional<WireReport.Lost> lost = Optional.empty();
        boolean relapsed;
        Duration pause = FIRST_PAUSE;
        int attempts;
        boolean running;
        boolean again;

        /** Its endpoint is known to be the only one of the service: who comes back to it keeps the addresses. */
        boolean alone;

        Scheduler.@Nullable Timer timer;
        Registry.@Nullable Watch openings;

        Trouble(Connection before) {
            this.before = before;
        }

        String why() {
            return lost.map(WireReport.Lost::text).orElse("a hop of the path does not answer");
        }
    }

    Healing(ConnectionId id, Means means) {
        this.id = id;
        this.means = means;
    }

    ConnectionId id() {
        return id;
    }

    /** What is wrong; empty if nothing is known to be. */
    Optional<String> trouble() {
        return means.guard.call(() -> Optional.ofNullable(trouble).map(Trouble::why));
    }

    /** A hop reports it down. */
    void down(Connection reported) {
        means.guard.run(() -> {
            if (over) {
                return;
            }
            var present = trouble;
            var lost = WireReport.lost(reported);
            if (present == null) {
                present = new Trouble(reported);
                present.relapsed = mended != null && mended.plus(RELAPSE).isAfter(present.since);
                present.lost = lost;
                trouble = present;
                LOG.log(System.Logger.Level.WARNING, "down connection={0} reason={1}", id, present.why());
                start(present);
            } else if (lost.isPresent() && present.lost.isEmpty()) {
                present.lost = lost;
                LOG.log(System.Logger.Level.WARNING, "down connection={0} reason={1}", id, present.why());
                kick(present);
            }
        });
    }

    /** Something has changed: no pause any more; in the guard. */
    private void kick(Trouble of) {
        if (over || trouble != of) {
            return;
        }
        of.pause = FIRST_PAUSE;
        if (of.running) {
            of.again = true;
        } else {
            start(of);
        }
    }

    private void start(Trouble of) {
        if (of.timer != null) {
            of.timer.close();
            of.timer = null;
        }
        of.running = true;
        of.again = false;
        means.scheduler.spawn("heal " + id, () -> attempt(of));
    }

    /** A request was answered, ours or another. */
    void stands(Connection answer, Origin origin) {
        var healed = means.guard.call(() -> {
            var present = trouble;
            end();
            if (present == null) {
                return Optional.<Heal.Healed>empty();
            }
            var now = means.scheduler.now();
            boolean moved = origin == Origin.RESELECT;
            mended = moved || isHarmless(present) ? null : now;
            return Optional.of(new Heal.Healed(
                    id,
                    now,
                    moved ? Heal.How.MOVED : Heal.How.MENDED,
                    present.before.endpoint(),
                    answer.endpoint(),
                    present.lost
                            .filter(lost -> !lost.loss().isWorking())
                            .map(lost -> positive(lost.worked(), now))
                            .orElse(Duration.ZERO),
                    present.why()));
        });
        healed.ifPresent(each -> {
            LOG.log(
                    System.Logger.Level.INFO,
                    "healed connection={0} how={1} from={2} to={3} gap_ms={4} reason={5}",
                    id,
                    each.how(),
                    each.from(),
                    each.to(),
                    Long.toString(each.gap().toMillis()),
                    each.why());
            means.scheduler.spawn("healed " + id, () -> means.told.accept(each));
        });
    }

    /** Clocks of two hosts may differ. */
    private static Duration positive(Instant from, Instant to) {
        var between = Duration.between(from, to);
        return between.isNegative() ? Duration.ZERO : between;
    }

    private void attempt(Trouble of) {
        if (!isCurrent(of)) {
            return;
        }
        int number = means.guard.call(() -> of.attempts++);
        boolean mendFirst = number > 0 || means.guard.call(() -> mayMend(of));
        var refusal = mendFirst ? mend(of) : Optional.<Refused>empty();
        if (isCurrent(of)
                && (!mendFirst || refusal.filter(each -> mayMove(of, each)).isPresent())) {
            refusal = ask(() -> means.connections.reselect(id, REQUEST));
        }
        var last = refusal;
        if (isCurrent(of)) {
            LOG.log(
                    number == 0 ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                    "not healed yet connection={0} reason={1}",
                    id,
                    last.map(Refused::getMessage).orElse("gone"));
            watchOpenings(of);
            means.guard.run(() -> later(of));
        }
    }

    private boolean isCurrent(Trouble of) {
        return means.guard.call(() -> !over && trouble == of);
    }

    private static boolean mayMend(Trouble of) {
        // whoever strips a wire again and again would do so with the next endpoint's as well
        return (!of.relapsed || isStripped(of))
                && of.lost.map(each -> each.loss().isMendable()).orElse(true);
    }

    private static boolean isStripped(Trouble of) {
        return of.lost.filter(each -> each.loss() == WireReport.Loss.STRIPPED).isPresent();
    }

    /** Whether it says nothing of the endpoint. */
    private static boolean isHarmless(Trouble of) {
        return isStripped(of) || of.lost.filter(each -> each.loss().isWorking()).isPresent();
    }

    private Optional<Refused> mend(Trouble of) {
        var most = means.guard.call(() -> of.lost.isPresent() ? MENDING : REQUEST);
        return ask(() -> means.connections.requestAgain(id, UnaryOperator.identity(), most));
    }

    private static Optional<Refused> ask(Runnable question) {
        try {
            question.run();
            return Optional.empty();
        } catch (Refused e) {
            return Optional.of(e);
        }
    }

    /** Whether another endpoint is to be asked for, now that the same was refused. */
    private boolean mayMove(Trouble of, Refused refusal) {
        var own = of.before.path().current().map(Segment::name).orElse("");
        boolean isOwnManagerAway = refusal.reason() == Refused.Reason.UNAVAILABLE
                && refusal.hop().map(own::equals).orElse(true);
        return !isOwnManagerAway
                && !means.guard.call(() -> isPatient(of))
                && means.guard.call(() -> of.lost.isPresent()
                        || of.relapsed
                        || !WireReport.swaps(of.before)
                        || of.since.plus(PATIENCE).isBefore(means.scheduler.now()));
    }

    private boolean isPatient(Trouble of) {
        return of.alone && !of.since.plus(PATIENCE).isBefore(means.scheduler.now());
    }

    private void later(Trouble of) {
        if (over || trouble != of) {
            return;
        }
        of.running = false;
        if (of.again) {
            start(of);
            return;
        }
        double factor = 1 + JITTER * (2 * means.random.nextDouble() - 1);
        var wait = Duration.ofNanos((long) (of.pause.toNanos() * factor));
        var doubled = of.pause.multipliedBy(2);
        of.pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        of.timer = means.scheduler.after(
                wait,
                "heal " + id,
                () -> means.guard.run(() -> {
                    if (!over && trouble == of && !of.running) {
                        start(of);
                    }
                }));
    }

    /** Hears of endpoints that are registered, so that the pauses may be long. */
    private void watchOpenings(Trouble of) {
        if (means.guard.call(() -> of.openings != null)) {
            return;
        }
        try {
            var query = Endpoint.named("").providing(List.of(of.before.service()));
            var watch = means.endpoints.watch(query, new Openings(of), Caller.SELF);
            boolean needless = means.guard.call(() -> {
                boolean late = over || trouble != of || of.openings != null;
                if (!late) {
                    of.openings = watch;
                }
                return late;
            });
            if (needless) {
                watch.close();
            }
        } catch (Refused e) {
            LOG.log(System.Logger.Level.DEBUG, "endpoints are not watched reason={0}", e.getMessage());
        }
    }

    /** An endpoint that is merely kept registered is no news. */
    private final class Openings implements Registry.Listener<Endpoint> {
        private final Trouble of;
        private final Map<String, String> known = new HashMap<>();

        Openings(Trouble of) {
            this.of = of;
        }

        @Override
        public void changed(Registry.Change<Endpoint> change) {
            var endpoint = change.item();
            if (change.deleted()) {
                known.remove(endpoint.name());
                count();
            } else if (!endpoint.url().equals(known.put(endpoint.name(), endpoint.url()))) {
                count();
                means.guard.run(() -> kick(of));
            }
        }

        private void count() {
            boolean alone = !known.isEmpty() && known.keySet().stream().allMatch(of.before.endpoint()::equals);
            means.guard.run(() -> of.alone = alone);
        }

        @Override
        public void ended(Refused reason) {
            means.guard.run(() -> of.openings = null);
        }
    }

    /** Nothing is broken any more; in the guard. */
    private void end() {
        var present = trouble;
        trouble = null;
        if (present == null) {
            return;
        }
        if (present.timer != null) {
            present.timer.close();
        }
        var watch = present.openings;
        if (watch != null) {
            means.scheduler.spawn("unwatch endpoints", watch::close);
        }
    }

    @Override
    public void close() {
        means.guard.run(() -> {
            over = true;
            end();
        });
    }
}
