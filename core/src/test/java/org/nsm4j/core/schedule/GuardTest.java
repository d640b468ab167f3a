package org.nsm4j.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GuardTest {
    private int count;

    @Test
    void loses_no_work_of_many_tasks() throws InterruptedException {
        try (var scheduler = new LiveScheduler()) {
            var guard = new Guard(scheduler);
            int tasks = 50;
            var done = new CountDownLatch(tasks);
            for (int i = 0; i < tasks; i++) {
                scheduler.spawn("count", () -> {
                    for (int step = 0; step < 200; step++) {
                        guard.run(() -> count++);
                    }
                    done.countDown();
                });
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(guard.call(() -> count)).isEqualTo(tasks * 200);
        }
    }

    @Test
    void gives_the_turn_back_when_the_work_fails() {
        try (var scheduler = new LiveScheduler()) {
            var guard = new Guard(scheduler);
            assertThatThrownBy(() -> guard.run(() -> {
                        throw new IllegalStateException("broken");
                    }))
                    .hasMessage("broken");
            assertThat(guard.call(() -> "works")).isEqualTo("works");
        }
    }
}
