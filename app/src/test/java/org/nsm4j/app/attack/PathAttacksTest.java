package org.nsm4j.app.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.core.chain.Hop;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionEvent;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Segment;
import org.nsm4j.core.model.Selector;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.sdk.MeshClient;

/** Attacks on connections: by their path, their tokens and their ids. */
class PathAttacksTest {
    private static final ConnectionId ID = new ConnectionId("victim-0");

    @TempDir
    Path folder;

    private Target target;
    private MeshClient victim;
    private Connection standing;

    @BeforeEach
    void connect() {
        target = Target.start(folder);
        victim = target.client("/app/victim");
        var netns = Netns.ofProcess(ProcessHandle.current().pid());
        standing = victim.connect(ID, ConnectUrl.parse("kernel://vault/nsm-1"), netns, Map.of(), Target.MOST);
    }

    @AfterEach
    void stop() {
        target.close();
    }

    private static Request request(int index, List<Segment> segments) {
        var path = new org.nsm4j.core.model.Path(index, segments, Opaque.NONE);
        var kernel = new Mechanism.Kernel(Map.of(
                Mechanism.INODE_URL, "file:///proc/" + ProcessHandle.current().pid() + "/ns/net"));
        return new Request(
                Connection.to(Target.SERVICE).withId(segments.get(index).id()).withPath(path), List.of(kernel));
    }

    private static Segment segment(String name, String id, String token) {
        return Segment.of(name, new ConnectionId(id)).withToken(token, Target.soon());
    }

    private void refused(Runnable attack, String rule) {
        assertThatThrownBy(attack::run)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED))
                .hasMessageContaining("no sufficient privileges: rule " + rule);
        assertThat(target.denials().latest())
                .as("denials that can be explained")
                .anyMatch(denial -> denial.sentence().contains("rule " + rule)
                        && denial.caller().startsWith("spiffe://"));
    }

    private void stands() {
        assertThat(victim.connect(
                                ID,
                                ConnectUrl.parse("kernel://vault/nsm-1"),
                                Netns.ofProcess(ProcessHandle.current().pid()),
                                Map.of(),
                                Target.MOST)
                        .path()
                        .segments())
                .extracting(Segment::id)
                .isEqualTo(standing.path().segments().stream().map(Segment::id).toList());
    }

    @Test
    void attack_5_a_captured_token_presented_by_another_peer() {
        var captured =
                target.tokens("/app/victim").mint(Target.id("/node/manager")).value();
        var attack = target.attack(target.manager(), "/app/thief", Target.always(captured));
        refused(
                () -> attack.request(request(0, List.of(segment("thief", "t-1", ""))), Target.soon(), _ -> {}),
                "prev_token_signed");
    }

    @Test
    void attack_5_a_token_in_somebody_elses_name_signed_by_the_peer_itself() throws Exception {
        var forged = Forgery.token(
                target.source("/app/thief").current().svid(), Target.id("/app/victim"), Target.id("/node/manager"));
        var attack = target.attack(target.manager(), "/app/thief", Target.always(forged));
        refused(
                () -> attack.request(request(0, List.of(segment("victim", "t-1", ""))), Target.soon(), _ -> {}),
                "prev_token_of_peer");
    }

    @Test
    void attack_5_a_token_for_another_audience() {
        var elsewhere =
                target.tokens("/app/thief").mint(Target.id("/node/registry")).value();
        var attack = target.attack(target.manager(), "/app/thief", Target.always(elsewhere));
        refused(
                () -> attack.request(request(0, List.of(segment("thief", "t-1", ""))), Target.soon(), _ -> {}),
                "tokens_chained");
    }

    @Test
    void attack_5_a_token_after_its_end() throws Exception {
        var ended = Forgery.ended(
                target.source("/app/thief").current().svid(), Target.id("/app/thief"), Target.id("/node/manager"));
        var attack = target.attack(target.manager(), "/app/thief", Target.always(ended));
        refused(
                () -> attack.request(request(0, List.of(segment("thief", "t-1", ""))), Target.soon(), _ -> {}),
                "tokens_expired");
    }

    @Test
    void attack_6_no_algorithm_a_shared_secret_and_a_key_of_the_attackers_choice() throws Exception {
        for (var forged : Forgery.weak(
                target.source("/app/thief").current().svid(), Target.id("/app/thief"), Target.id("/node/manager"))) {
            var attack = target.attack(target.manager(), "/app/thief", Target.always(forged));
            assertThatThrownBy(() ->
                            attack.request(request(0, List.of(segment("thief", "t-1", ""))), Target.soon(), _ -> {}))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NOT_AUTHORIZED));
        }
    }

    @Test
    void attack_7_a_hop_invents_the_client_that_it_says_it_speaks_for() throws Exception {
        var invented = Forgery.token(
                target.source("/app/thief").current().svid(), Target.id("/app/victim"), Target.id("/app/thief"));
        var attack = target.attack(target.forwarder(), "/app/thief", target.tokens("/app/thief"));
        var path = List.of(segment("victim", "v-9", invented), segment("manager", "m-9", ""));
        refused(() -> attack.request(request(1, path), Target.soon(), _ -> {}), "path_proved");
    }

    @Test
    void attack_7_segments_of_a_real_path_dropped_reordered_or_replayed_by_another_hop() {
        var real = new ArrayList<>(standing.path().segments().subList(0, 3));
        var attack = target.attack(target.forwarder(), "/app/thief", target.tokens("/app/thief"));
        var replayed = List.of(real.get(0), segment("manager", "m-9", ""));
        refused(() -> attack.request(request(1, replayed), Target.soon(), _ -> {}), "tokens_chained");
        var dropped = List.of(real.get(1), segment("manager", "m-9", ""));
        refused(() -> attack.request(request(1, dropped), Target.soon(), _ -> {}), "tokens_chained");
        Collections.swap(real, 0, 1);
        refused(
                () -> attack.request(
                        request(2, List.of(real.get(0), real.get(1), segment("x", "x-9", ""))), Target.soon(), _ -> {}),
                "tokens_chained");
        stands();
    }

    @Test
    void attack_7_a_path_of_a_thousand_segments() {
        var endless = new ArrayList<Segment>();
        for (int i = 0; i < org.nsm4j.core.model.Path.LONGEST; i++) {
            endless.add(segment("hop-" + i, "id-" + i, ""));
        }
        var attack = target.attack(target.manager(), "/app/thief", target.tokens("/app/thief"));
        assertThatThrownBy(() -> attack.request(request(endless.size() - 1, endless), Target.soon(), _ -> {}))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID))
                .hasMessageContaining("at most 64");
    }

    @Test
    void attack_8_a_request_under_the_id_that_another_identity_has_at_the_manager() {
        var attack = target.attack(target.manager(), "/app/thief", target.tokens("/app/thief"));
        var stolen =
                List.of(segment("thief", "t-1", ""), standing.path().segments().get(1));
        refused(() -> attack.request(request(0, stolen), Target.soon(), _ -> {}), "segment_owner");
        stands();
    }

    @Test
    void attack_8_a_request_through_an_honest_manager_under_the_id_that_another_has_at_the_forwarder() {
        var attack = target.attack(target.manager(), "/app/thief", target.tokens("/app/thief"));
        var stolen = List.of(
                segment("thief", "t-1", ""),
                segment("manager", "m-9", ""),
                standing.path().segments().get(2));
        refused(() -> attack.request(request(0, stolen), Target.soon(), _ -> {}), "segment_owner");
        stands();
    }

    @Test
    void attack_8_a_close_under_the_ids_of_another() {
        var attack = target.attack(target.manager(), "/app/thief", target.tokens("/app/thief"));
        var segments = new ArrayList<>(standing.path().segments());
        segments.set(0, segment("thief", "t-1", ""));
        refused(() -> attack.close(request(0, segments).connection(), Target.soon()), "segment_owner");
        segments.set(1, segment("manager", "m-9", ""));
        refused(() -> attack.close(request(0, segments).connection(), Target.soon()), "segment_owner");
        stands();
    }

    @Test
    void attack_9_a_stream_of_events_shows_a_stranger_nothing_and_the_client_its_own() throws Exception {
        for (var url : List.of(target.manager(), target.forwarder())) {
            assertThat(watched(target.attack(url, "/app/thief", target.tokens("/app/thief")), Selector.ALL))
                    .isEmpty();
        }
        var byName = Selector.ofHop("victim", ID);
        assertThat(watched(target.attack(target.manager(), "/app/thief", target.tokens("/app/thief")), byName))
                .isEmpty();
        assertThat(watched(target.attack(target.manager(), "/app/victim", target.tokens("/app/victim")), byName))
                .hasSize(1);
        assertThat(watched(target.attack(target.forwarder(), "/node/manager", target.tokens("/node/manager")), byName))
                .hasSize(1);
    }

    /** What a new watcher is first told. */
    private static List<Connection> watched(Hop hop, Selector selector) throws Exception {
        var first = new LinkedBlockingQueue<ConnectionEvent>();
        try (var watch = hop.monitor(selector, new Hop.Listener() {
            @Override
            public void event(ConnectionEvent event) {
                first.add(event);
            }

            @Override
            public void ended(Refused reason) {}
        })) {
            var event = first.poll(10, TimeUnit.SECONDS);
            assertThat(event).as("the present state").isNotNull();
            return event.connections();
        }
    }
}
