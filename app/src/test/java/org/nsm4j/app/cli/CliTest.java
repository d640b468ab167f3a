package org.nsm4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.app.admin.Admin;
import org.nsm4j.app.admin.AdminClient;
import org.nsm4j.app.admin.FakeNode;
import org.nsm4j.app.admin.Item;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;

/** Command lines as people type them: what is printed, and the exit code. */
class CliTest {
    private final FakeNode node = new FakeNode();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private boolean terminal;
    private Map<String, String> environment = Map.of();
    private String in = "";

    private Cli cli(Admin admin) {
        return new Cli(new Surroundings(
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                terminal,
                socket -> admin));
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        return cli(node).run(args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void addConnection() {
        node.items.put("connection/app-0", new Item.OfConnection(FakeNode.connection("app-0")));
    }

    private void addServices() {
        var vpn = NetworkService.named("vpn-gateway").withPayload(Payload.IP);
        node.items.put("a", new Item.OfService(vpn));
        node.items.put("b", new Item.OfService(NetworkService.named("l2").withPayload(Payload.ETHERNET)));
    }

    @Test
    void lists_services_in_aligned_columns() {
        addServices();
        assertThat(run("get", "services")).isZero();
        assertThat(out()).isEqualTo("""
                NAME          PAYLOAD    RULES
                vpn-gateway   IP         0
                l2            ETHERNET   0
                """);
    }

    @Test
    void says_on_standard_error_that_there_is_none() {
        assertThat(run("get", "nodes")).isZero();
        assertThat(out()).isEmpty();
        assertThat(err()).isEqualTo("none\n");
    }

    @Test
    void lists_as_names_json_and_yaml() {
        addServices();
        run("get", "services", "-o", "name");
        assertThat(out()).isEqualTo("service/vpn-gateway\nservice/l2\n");
        run("get", "netsvc", "-o", "yaml");
        assertThat(out()).contains("kind: \"NetworkService\"").contains("\n---\n");
        run("get", "services", "-o", "json");
        assertThat(out()).startsWith("{\n  \"apiVersion\" : \"v1\",\n  \"kind\" : \"List\"");
    }

    @Test
    void what_get_prints_apply_takes() {
        addServices();
        run("get", "services", "-o", "yaml");
        in = out();
        assertThat(run("apply", "-f", "-")).isZero();
        assertThat(out()).isEqualTo("vpn-gateway created\nl2 created\n");
    }

    @Test
    void watches_line_by_line() {
        addConnection();
        assertThat(run("get", "connections", "-w", "-o", "name")).isZero();
        assertThat(out()).isEqualTo("+ connection/app-0\n- connection/app-0\n");
    }

    @Test
    void colours_a_terminal_alone_and_not_where_NO_COLOR_is_set() {
        addConnection();
        terminal = true;
        run("get", "connections");
        assertThat(out()).contains("\u001b[32mUP\u001b[0m");
        environment = Map.of("NO_COLOR", "1");
        run("get", "connections");
        assertThat(out()).doesNotContain("\u001b");
        environment = Map.of();
        terminal = false;
        run("get", "connections");
        assertThat(out()).doesNotContain("\u001b");
    }

    @Test
    void describes_a_connection_with_its_path() {
        addConnection();
        assertThat(run("describe", "connection", "app-0")).isZero();
        assertThat(out())
                .contains("Connection    app-0\n")
                .contains("Interface     nsm-1 in app, KERNEL\n")
                .contains("Routes        10.20.0.0/16 via 172.16.1.100\n")
                .contains("  1     node-a   id-2   -\n");
    }

    @Test
    void connects_with_its_steps() {
        assertThat(run("connect", "kernel://vpn-gateway/nsm-1", "--netns", "app", "--name", "app-0"))
                .isZero();
        assertThat(out())
                .startsWith("  1 client → manager(node-a) ")
                .endsWith("connected app-0: nsm-1 in app, 172.16.1.101/32 by vpng-1\n");
    }

    @Test
    void a_refusal_names_hop_reason_and_cure_and_no_stack() {
        assertThat(run("connect", "kernel://full/nsm-1", "--netns", "app")).isEqualTo(Exit.REFUSED.code());
        assertThat(err()).isEqualTo("""
                nsm: refused by fwd-a: prefix: 172.16.1.0/31 (expected: a free address)
                nsm: NO_ADDRESS: give the endpoint a larger pool, or start another endpoint
                """);
        run("connect", "-v", "kernel://full/nsm-1", "--netns", "app");
        assertThat(err()).contains("\tat org.nsm4j");
    }

    @Test
    void suggests_near_names_of_commands_kinds_services_and_connections() {
        assertThat(run("conect")).isEqualTo(Exit.USAGE.code());
        assertThat(err()).isEqualTo("nsm: conect: no such command; did you mean \"connect\"?\n");
        assertThat(run("get", "servces")).isEqualTo(Exit.USAGE.code());
        assertThat(err()).contains("did you mean \"services\"?");
        addServices();
        assertThat(run("connect", "kernel://vpn-gatewya/unknown", "--netns", "app"))
                .isEqualTo(Exit.REFUSED.code());
        assertThat(err()).contains("did you mean \"vpn-gateway\"?");
        addConnection();
        assertThat(run("disconnect", "ap-0")).isEqualTo(Exit.REFUSED.code());
        assertThat(err()).contains("connection: \"ap-0\" is not there; did you mean \"app-0\"?");
    }

    @Test
    void shows_leftovers_alone_and_tells_scripts_by_the_exit_code() {
        assertThat(run("check", "--leftovers")).isZero();
        node.leftovers.add(new Admin.Leftover("link", "link nsm-1 belongs to no connection", "ip link delete nsm-1"));
        assertThat(run("check", "--leftovers")).isEqualTo(Exit.PROBLEMS.code());
        assertThat(out()).contains("link: link nsm-1 belongs to no connection", "→ ip link delete nsm-1");
        assertThat(run("check", "--leftovers", "-o", "json")).isEqualTo(Exit.PROBLEMS.code());
        assertThat(out()).contains("\"cure\"", "ip link delete nsm-1");
    }

    @Test
    void a_close_that_does_not_reach_everybody_is_done_all_the_same_and_says_so() {
        addConnection();
        node.untold = "node-b: it does not answer";
        assertThat(run("disconnect", "app-0")).isZero();
        assertThat(out()).isEqualTo("disconnected app-0\n");
        assertThat(err()).isEqualTo("app-0: the close did not reach every hop: node-b: it does not answer\n");
    }

    @Test
    void refuses_a_command_line_that_makes_no_sense_before_anything_is_sent() {
        for (var args : List.of(
                List.of("connect", "kernel://a/b"),
                List.of("connect", "a/b", "--netns", "app"),
                List.of("connect", "kernel://a/b", "--netns", "app", "--pid", "1"),
                List.of("connect", "kernel://a/b", "--pid", "1", "--persist"),
                List.of("connect", "kernel://a/b", "--netns", "app", "--timeout", "5"),
                List.of("get", "services", "-o", "xml"),
                List.of("get"),
                List.of("apply", "-f", "/nowhere.yaml"),
                List.of("get", "services", "--nope"))) {
            assertThat(run(args.toArray(String[]::new))).as("%s", args).isEqualTo(Exit.USAGE.code());
            assertThat(err()).startsWith("nsm: ").doesNotContain("\tat ");
        }
        assertThat(node.items).isEmpty();
    }

    @Test
    void a_namespace_with_a_path_in_its_name_is_refused() {
        assertThat(run("connect", "kernel://a/b", "--netns", "../x")).isEqualTo(Exit.REFUSED.code());
        assertThat(err()).contains("network namespace: \"../x\"");
    }

    @Test
    void warns_before_it_plugs_the_host_itself() {
        run("connect", "kernel://a/nsm-1", "--netns", "host");
        assertThat(err()).startsWith("nsm: warning: this plugs the host itself");
    }

    @Test
    void checks_every_file_before_anything_is_applied(@TempDir Path folder) throws IOException {
        var good = Files.writeString(
                folder.resolve("good.yaml"),
                "{apiVersion: networkservicemesh.io/v1, kind: NetworkService, metadata: {name: a}}");
        var bad = Files.writeString(folder.resolve("bad.yaml"), "{kind: Nothing}");
        assertThat(run("apply", "-f", good.toString(), "-f", bad.toString())).isEqualTo(Exit.USAGE.code());
        assertThat(node.items).isEmpty();
        assertThat(run("apply", "--dry-run", "-f", good.toString())).isZero();
        assertThat(out()).isEqualTo("service/a valid\n");
        assertThat(node.items).isEmpty();
        assertThat(run("apply", "-f", good.toString())).isZero();
        assertThat(node.items).hasSize(1);
        assertThat(run("delete", "-f", good.toString())).isZero();
        assertThat(node.items).isEmpty();
    }

    @Test
    void explains_which_endpoint_would_be_chosen() {
        assertThat(run("explain", "vpn-gateway", "--label", "app=x")).isZero();
        assertThat(out()).isEqualTo("""
                matches[0] applies to {app=x}
                ENDPOINT   CHOSEN   BECAUSE
                vpng-1     yes      first in turn
                vpng-2     no       lacks app=vpng

                FORWARDER          CHOSEN   BECAUSE
                node-a-forwarder   yes      it has p2p=true
                """);
        assertThat(err()).isEqualTo("nsm: warning: rule 2 leads nowhere\n");
    }

    @Test
    void explains_what_was_denied_by_which_rule_and_on_what_facts() {
        assertThat(run("explain", "denials")).isZero();
        assertThat(out()).isEqualTo("Nothing was denied since the node was started.\n");
        node.denials.add(new Admin.Denial(
                Instant.parse("2026-11-21T10:00:00.5Z"),
                "spiffe://nsm.local/thief (process 4711)",
                "networkservice.NetworkService/Close",
                Refused.Reason.NOT_AUTHORIZED,
                "manager",
                "no sufficient privileges: rule segment_owner: connection 7: asked for by spiffe://nsm.local/thief",
                3));
        assertThat(run("explain", "denials")).isZero();
        assertThat(out()).endsWith("""
                2026-11-21T10:00:00Z  NOT_AUTHORIZED  spiffe://nsm.local/thief (process 4711), 3 times
                  asked:   networkservice.NetworkService/Close
                  because: manager: no sufficient privileges: rule segment_owner: connection 7: asked for by spiffe://nsm.local/thief
                """);
    }

    @Test
    void warns_of_what_was_accepted_and_looks_wrong(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("service.yaml"), """
                apiVersion: networkservicemesh.io/v1
                kind: NetworkService
                metadata: {name: secure}
                spec: {matches: [{routes: [{destination_selector: {app: fierwall}}]}]}
                """);
        assertThat(run("apply", "-f", file.toString())).isZero();
        assertThat(err()).isEqualTo("nsm: warning: secure: rule 1 wants app=fierwall\n");
    }

    @Test
    void a_service_that_is_named_like_a_role_is_explained_under_its_kind() {
        assertThat(run("explain", "service/manager", "--label", "app=x")).isZero();
        assertThat(out()).startsWith("matches[0] applies to {app=x}\n");
    }

    @Test
    void prints_a_join_token_alone_on_standard_output() {
        assertThat(run("token")).isZero();
        assertThat(out()).isEqualTo("join-token-1\n");
    }

    @Test
    void drains_before_it_ends_the_node() {
        assertThat(run("down", "--drain", "5s")).isZero();
        assertThat(node.calls).containsExactly("drain PT5S", "shutdown");
    }

    @Test
    void drains_and_says_what_could_not_be_moved_and_takes_it_back() {
        assertThat(run("drain", "--timeout", "5s")).isEqualTo(Exit.REFUSED.code());
        assertThat(out()).isEqualTo("drained, 3 connections left\n");
        assertThat(err()).contains("no other endpoint");
        assertThat(run("drain", "--undo")).isZero();
        assertThat(node.calls).containsExactly("drain PT5S", "undrain");
    }

    @Test
    void tells_an_unreachable_node_by_its_own_exit_code(@TempDir Path folder) {
        var nobody = new AdminClient(folder.resolve("admin.sock"));
        assertThat(cli(nobody).run("get", "services")).isEqualTo(Exit.UNREACHABLE.code());
        assertThat(err()).startsWith("nsm: no node answers at");
    }

    @Test
    void a_bug_has_its_own_exit_code() {
        assertThat(run("connect", "kernel://bug/nsm-1", "--netns", "app")).isEqualTo(Exit.BUG.code());
        assertThat(err()).startsWith("nsm: a bug: java.lang.IllegalStateException: oops");
    }

    @Test
    void help_lists_the_commands_and_completion_knows_them() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("connect").contains("disconnect").doesNotContain("  up ");
        assertThat(run("completion")).isZero();
        assertThat(out()).contains("services").contains("disconnect");
    }

    @Test
    void a_check_that_fails_has_its_own_exit_code() {
        assertThat(run("check", "-o", "json")).isEqualTo(Exit.PROBLEMS.code());
        assertThat(out()).contains("\"text\" : \"not ready: no identity\"");
    }
}
