package org.nsm4j.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Caller;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.chain.ConnectionTable;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.fake.ManualScheduler;
import org.nsm4j.core.lease.LedgerFile;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Request;

/** Addresses outlive the process that gave them, and rest before they go to somebody else. */
class LeasesTest {
    private static final Duration REST = Duration.ofSeconds(30);
    /** What the endpoint assumes where a path names no expiry. */
    private static final Duration TOKEN = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final AtomicBoolean broken = new AtomicBoolean();

    @SuppressWarnings("NullAway.Init") // by the first process
    private LedgerFile ledger;

    /** An endpoint's process; the one before it, if any, was killed. */
    private Chain process(String pool) {
        return process(pool, "boot-1");
    }

    private Chain process(String pool, String boot) {
        kill();
        ledger = LedgerFile.open(folder.resolve("vpn.leases"), boot);
        var allocate = new AllocateAddresses(
                PrefixGroups.parse(pool), AllocateAddresses.Foreign.KEPT, "vpn", ledger, REST, scheduler);
        return Chain.through(new ConnectionTable(scheduler), allocate).to(new Element() {
            @Override
            public Connection request(Call call, Rest rest) {
                if (broken.get()) {
                    throw new IllegalStateException("broken");
                }
                return call.connection();
            }

            @Override
            public void close(Call call, Rest rest) {}
        });
    }

    @AfterEach
    void kill() {
        if (ledger != null) {
            ledger.close();
        }
    }

    private static Connection named(String id) {
        return Connection.to("vpn").withId(new ConnectionId(id));
    }

    private static String ask(Chain chain, String id) {
        return addresses(chain.request(new Request(named(id), List.of()), Caller.SELF));
    }

    private static String addresses(Connection connection) {
        return connection.context().ip().srcAddresses().toString();
    }

    @Test
    void a_new_client_that_comes_first_gets_no_address_of_a_wire_that_stands() {
        ask(process("10.0.0.0/24"), "old");
        var next = process("10.0.0.0/24");
        assertThat(ask(next, "new")).isEqualTo("[10.0.0.3/32]");
        assertThat(ask(next, "old")).isEqualTo("[10.0.0.1/32]");
    }

    @Test
    void a_connection_that_never_comes_back_gives_its_addresses_up_after_its_token_and_a_rest() {
        ask(process("10.0.0.0/31"), "gone");
        var next = process("10.0.0.0/31");
        assertThatThrownBy(() -> ask(next, "new")).hasMessageContaining("2 of 2 in use");
        scheduler.pass(TOKEN.plus(REST));
        assertThat(ask(next, "new")).isEqualTo("[10.0.0.1/32]");
    }

    @Test
    void a_refused_adoption_keeps_the_addresses_for_the_next_try() {
        ask(process("10.0.0.0/30"), "old");
        var next = process("10.0.0.0/30");
        broken.set(true);
        assertThatThrownBy(() -> ask(next, "old")).hasMessage("broken");
        broken.set(false);
        assertThat(ask(next, "new")).isEqualTo("[10.0.0.3/32]");
        assertThatThrownBy(() -> ask(next, "third")).hasMessageContaining("4 of 4 in use");
        assertThat(ask(next, "old")).isEqualTo("[10.0.0.1/32]");
    }

    @Test
    void a_close_reaches_a_connection_that_only_the_former_process_knew() {
        ask(process("10.0.0.0/31"), "old");
        var next = process("10.0.0.0/31");
        next.close(named("old"), Caller.SELF);
        assertThat(ask(next, "new")).isEqualTo("[10.0.0.1/32]"); // nothing else is free
    }

    @Test
    void what_was_closed_rests_while_others_are_free_and_goes_back_to_its_own_client() {
        var chain = process("10.0.0.0/24");
        ask(chain, "a");
        chain.close(named("a"), Caller.SELF);
        assertThat(ask(chain, "b")).isEqualTo("[10.0.0.3/32]");
        assertThat(ask(chain, "a")).isEqualTo("[10.0.0.1/32]");
        chain.close(named("a"), Caller.SELF);
        scheduler.pass(REST);
        assertThat(ask(chain, "c")).isEqualTo("[10.0.0.1/32]");
    }

    @Test
    void a_rest_outlives_the_process_too() {
        var chain = process("10.0.0.0/24");
        ask(chain, "a");
        chain.close(named("a"), Caller.SELF);
        assertThat(ask(process("10.0.0.0/24"), "b")).isEqualTo("[10.0.0.3/32]");
    }

    @Test
    void of_those_at_rest_the_one_that_rested_longest_goes_first_when_nothing_else_is_free() {
        var chain = process("10.0.0.0/30");
        ask(chain, "a");
        ask(chain, "b");
        chain.close(named("b"), Caller.SELF);
        chain.close(named("a"), Caller.SELF);
        assertThat(ask(chain, "c")).isEqualTo("[10.0.0.3/32]");
    }

    @Test
    void a_request_that_was_refused_leaves_nothing_behind_in_the_ledger() {
        var chain = process("10.0.0.0/24");
        broken.set(true);
        assertThatThrownBy(() -> ask(chain, "a")).hasMessage("broken");
        assertThat(ledger.entries()).isEmpty();
    }

    @Test
    void nothing_of_before_a_reboot_counts_and_nothing_of_another_pool() {
        ask(process("10.0.0.0/24"), "old");
        assertThat(ask(process("10.0.0.0/24", "boot-2"), "new")).isEqualTo("[10.0.0.1/32]");
        process("10.9.0.0/24", "boot-2");
        assertThat(ledger.entries()).isEmpty();
    }
}
