package org.nsm4j.testkit.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimulatedSchedulerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void the_same_seed_gives_the_same_run_and_another_seed_another() {
        var hashes = new HashSet<Long>();
        for (long seed = 0; seed < 20; seed++) {
            long first = crowd(seed);
            assertThat(crowd(seed)).as("seed %d", seed).isEqualTo(first);
            hashes.add(first);
        }
        assertThat(hashes).hasSize(20);
    }

    private static long crowd(long seed) {
        try (var scheduler = new SimulatedScheduler(seed)) {
            var turn = scheduler.turn();
            var mailbox = scheduler.<Integer>mailbox();
            var read = new ArrayList<Integer>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                scheduler.spawn("writer " + i, () -> {
                    for (int n = 0; n < 10; n++) {
                        assertThat(turn.take(SECOND)).isTrue();
                        scheduler.pause(Duration.ofMillis(scheduler.random().nextInt(5)));
                        turn.give();
                        mailbox.put(number);
                    }
                });
            }
            scheduler.spawn("reader", () -> {
                while (read.size() < 50) {
                    var item = mailbox.take(SECOND);
                    if (item != null) {
                        read.add(item);
                    }
                }
            });
            scheduler.runUntil(() -> read.size() == 50, Duration.ofMinutes(1));
            return scheduler.traceHash() * 31 + read.hashCode();
        }
    }

    @Test
    void time_jumps_to_the_next_timer_and_timers_start_in_order() {
        try (var scheduler = new SimulatedScheduler(1)) {
            var started = new ArrayList<String>();
            var begin = scheduler.now();
            scheduler.after(Duration.ofDays(2), "late", () -> started.add("late"));
            scheduler.after(Duration.ofHours(1), "early", () -> started.add("early"));
            var off = scheduler.after(Duration.ofMinutes(1), "called off", () -> started.add("called off"));
            off.close();
            scheduler.run(Duration.ofDays(3));
            assertThat(started).containsExactly("early", "late");
            assertThat(Duration.between(begin, scheduler.now()))
                    .isBetween(Duration.ofDays(3), Duration.ofDays(3).plusMillis(1));
        }
    }

    @Test
    void a_turn_is_had_by_one_at_a_time_in_the_order_of_asking() {
        for (long seed = 0; seed < 50; seed++) {
            try (var scheduler = new SimulatedScheduler(seed)) {
                var turn = scheduler.turn();
                var inside = new AtomicInteger();
                var order = new ArrayList<Integer>();
                assertThat(turn.take(SECOND)).isTrue();
                for (int i = 0; i < 5; i++) {
                    int number = i;
                    scheduler.after(Duration.ofMillis(i), "asker " + i, () -> {
                        assertThat(turn.take(SECOND)).isTrue();
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        order.add(number);
                        scheduler.pause(Duration.ofMillis(1));
                        inside.decrementAndGet();
                        turn.give();
                    });
                }
                scheduler.run(Duration.ofMillis(100));
                turn.give();
                scheduler.run(Duration.ofMillis(100));
                assertThat(order).containsExactly(0, 1, 2, 3, 4);
            }
        }
    }

    @Test
    void waiting_for_a_turn_or_a_letter_ends_when_its_time_is_up() {
        try (var scheduler = new SimulatedScheduler(3)) {
            var turn = scheduler.turn();
            var mailbox = scheduler.<String>mailbox();
            assertThat(turn.take(SECOND)).isTrue();
            var begin = scheduler.nanoTime();
            assertThat(scheduler.call("asker", () -> turn.take(Duration.ofMillis(20))))
                    .isFalse();
            assertThat(scheduler.call("reader", () -> mailbox.take(Duration.ofMillis(30))))
                    .isNull();
            assertThat(Duration.ofNanos(scheduler.nanoTime() - begin).toMillis())
                    .isEqualTo(50);
            turn.give();
            assertThat(scheduler.call("asker", () -> turn.take(SECOND))).isTrue();
        }
    }

    @Test
    void a_deadlock_is_reported_with_who_waits_for_what() {
        try (var scheduler = new SimulatedScheduler(4)) {
            var left = scheduler.turn();
            var right = scheduler.turn();
            var forever = Duration.ofDays(100_000);
            scheduler.spawn("leftist", () -> {
                left.take(forever);
                scheduler.pause(SECOND);
                right.take(forever);
            });
            scheduler.spawn("rightist", () -> {
                right.take(forever);
                scheduler.pause(SECOND);
                left.take(forever);
            });
            assertThatThrownBy(() -> scheduler.run(Duration.ofMinutes(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll(
                            "deadlock (seed 4)",
                            "task leftist waits for turn 2, which rightist has",
                            "task rightist waits for turn 1, which leftist has");
        }
    }

    @Test
    void a_condition_that_never_comes_is_reported_with_the_seed() {
        try (var scheduler = new SimulatedScheduler(5)) {
            assertThatThrownBy(() -> scheduler.runUntil(() -> false, SECOND)).hasMessageContaining("seed 5");
        }
    }

    @Test
    void what_escapes_a_task_or_a_check_ends_the_run() {
        try (var scheduler = new SimulatedScheduler(6)) {
            scheduler.spawn("careless", () -> {
                throw new IllegalStateException("oops");
            });
            assertThatThrownBy(() -> scheduler.run(SECOND)).hasMessageContaining("task careless failed");
            var steps = new AtomicInteger();
            scheduler.afterEachStep(() -> assertThat(steps.incrementAndGet()).isLessThan(10));
            scheduler.spawn("busy", () -> {
                while (true) {
                    scheduler.pause(Duration.ofMillis(1));
                }
            });
            assertThatThrownBy(() -> scheduler.run(SECOND)).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void a_crashed_process_runs_not_another_line() {
        try (var scheduler = new SimulatedScheduler(7)) {
            var process = scheduler.process("doomed");
            var lines = new ArrayList<String>();
            process.spawn("worker", () -> {
                try {
                    while (true) {
                        process.pause(SECOND);
                        lines.add("worked");
                    }
                } finally {
                    lines.add("finally");
                }
            });
            process.after(Duration.ofSeconds(5), "timer", () -> lines.add("timer"));
            scheduler.run(Duration.ofMillis(2500));
            process.crash();
            scheduler.run(Duration.ofSeconds(10));
            assertThat(lines).containsExactly("worked", "worked");
        }
    }

    @Test
    void the_end_unwinds_every_task_that_is_left() {
        var unwound = new ArrayList<String>();
        try (var scheduler = new SimulatedScheduler(8)) {
            var turn = scheduler.turn();
            for (var name : List.of("one", "two")) {
                scheduler.spawn(name, () -> {
                    turn.take(Duration.ofDays(100_000));
                    try {
                        scheduler.pause(Duration.ofDays(1));
                    } finally {
                        turn.give();
                        unwound.add(name);
                    }
                });
            }
            scheduler.run(SECOND);
        }
        assertThat(unwound).hasSize(1);
    }

    @Test
    void a_thread_that_is_no_task_is_turned_away() throws InterruptedException {
        try (var scheduler = new SimulatedScheduler(9)) {
            var failures = new ArrayList<Throwable>();
            scheduler.spawn("parent", () -> {
                var stranger = Thread.ofPlatform().unstarted(() -> {
                    try {
                        scheduler.pause(SECOND);
                    } catch (IllegalStateException e) {
                        failures.add(e);
                    }
                });
                stranger.start();
                try {
                    stranger.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            scheduler.run(SECOND);
            assertThat(failures).hasSize(1);
        }
    }
}
