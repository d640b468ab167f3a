package org.nsm4j.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;

final class PidFdTest {
    @Test
    void the_facts_of_this_process_are_those_that_java_knows() {
        try (PidFd self = PidFd.open(ProcessHandle.current().pid())) {
            ProcessFacts facts = self.facts();

            assertThat(facts.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(facts.origin().executable())
                    .hasToString(ProcessHandle.current().info().command().orElseThrow());
            assertThat(facts.origin().sameUserNamespace()).isTrue();
            assertThat(facts.origin().cgroups()).isNotEmpty();
            assertThat(facts.startTime()).isPositive();
        }
    }

    @Test
    void a_process_that_has_ended_is_refused_and_never_mistaken() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try (PidFd held = PidFd.open(process.pid())) {
            assertThat(held.isAlive()).isTrue();
            assertThat(held.facts().origin().executable().toString()).endsWith("sleep");

            process.destroyForcibly().waitFor();

            assertThat(held.isAlive()).isFalse();
            assertThat(catchThrowableOfType(KernelRefused.class, held::facts).errno())
                    .isEqualTo(Errno.ESRCH);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_number_of_no_process_is_refused() {
        KernelRefused refused = catchThrowableOfType(KernelRefused.class, () -> PidFd.open(4_194_303));

        assertThat(refused).hasMessage("cannot open process 4194303: ESRCH (no such process or object)");
    }
}
