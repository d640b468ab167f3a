package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.schedule.LiveScheduler;

class AtATimeTest {
    @Test
    void runs_all_of_a_thousand_tasks_and_never_more_than_three_at_a_time() throws InterruptedException {
        try (var scheduler = new LiveScheduler()) {
            var three = new AtATime(3, scheduler);
            var now = new AtomicInteger();
            var most = new AtomicInteger();
            var done = new CountDownLatch(1000);
            for (int i = 0; i < 1000; i++) {
                three.run("one", () -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.yield();
                    now.decrementAndGet();
                    done.countDown();
                });
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(most.get()).isBetween(1, 3);
        }
    }
}
