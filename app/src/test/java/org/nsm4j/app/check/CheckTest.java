package org.nsm4j.app.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nsm4j.app.admin.Admin.Leftover;
import org.nsm4j.app.admin.NodeReport;
import org.nsm4j.app.admin.NodeStatus;
import org.nsm4j.app.check.Finding.Verdict;
import org.nsm4j.linux.netns.NamedNetns;

class CheckTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @Test
    void a_taken_port_is_named_with_the_way_out() throws IOException {
        try (var tcp = new ServerSocket(0);
                var udp = new DatagramSocket()) {
            var finding = PortCheck.tcp("manager port", tcp.getLocalPort(), "NSM_MANAGER_PORT");
            assertThat(finding.verdict()).isEqualTo(Verdict.FAIL);
            assertThat(finding.text()).isEqualTo("tcp %d is taken".formatted(tcp.getLocalPort()));
            assertThat(finding.cure()).contains("ss -lnp").contains("NSM_MANAGER_PORT");
            assertThat(PortCheck.udp("vxlan port", udp.getLocalPort(), "NSM_VXLAN_PORT")
                            .verdict())
                    .isEqualTo(Verdict.FAIL);
        }
    }

    @Test
    void a_folder_that_others_may_read_fails_with_the_command_that_cures_it(@TempDir Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(FileCheck.folder("state", folder, "rwx------"))
                .isEqualTo(Finding.fail(
                        "state",
                        "%s: rwxr-x--- (expected: at most rwx------)".formatted(folder),
                        "chmod u=rwx,g=,o= " + folder));
        assertThat(FileCheck.folder("sockets", folder, "rwxr-xr-x").verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void too_few_open_files_are_warned_about(@TempDir Path folder) throws IOException {
        var limits = Files.writeString(
                folder.resolve("limits"),
                "Limit Soft Hard Units\nMax open files            1024                 4096                 files\n");
        assertThat(LimitCheck.openFiles(limits).text()).isEqualTo("limit 4096 (expected: 8192 or more)");
        Files.writeString(limits, "Max open files            1024                 unlimited            files\n");
        assertThat(LimitCheck.openFiles(limits).verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void a_node_that_is_not_ready_an_old_identity_and_a_wrong_clock_fail() {
        var report = new NodeReport(
                "a",
                "1",
                "spiffe://nsm.local/a",
                NOW.plusSeconds(60),
                NOW,
                List.of(new NodeReport.Part("registry", false, "disk full")));
        var other = new NodeStatus("b", "tcp://b:5001", true, 0, 0, Duration.ofSeconds(-9));
        assertThat(NodeCheck.run(report, List.of(other)))
                .extracting(Finding::verdict, Finding::text)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Verdict.FAIL, "not ready: disk full"),
                        org.assertj.core.groups.Tuple.tuple(
                                Verdict.FAIL, "spiffe://nsm.local/a until 2026-11-21T10:01:00Z: not renewed"),
                        org.assertj.core.groups.Tuple.tuple(Verdict.FAIL, "b is off by -9000 ms"));
    }

    @Test
    void each_leftover_is_named_with_its_cure() {
        assertThat(LeftoverCheck.of(List.of())).containsExactly(Finding.ok("leftovers", "none"));
        assertThat(LeftoverCheck.of(List.of(new Leftover("socket", "socket a of a process that has ended", "rm a"))))
                .containsExactly(Finding.warn("leftovers", "socket: socket a of a process that has ended", "rm a"));
    }

    @Test
    @Tag("kernel")
    void probes_the_kernel_for_real_and_leaves_nothing_behind() {
        var findings = KernelCheck.run(true);
        assertThat(findings)
                .filteredOn(each -> Set.of("netns", "veth", "vxlan", "bridge", "rules", "nftables", "tun")
                        .contains(each.what()))
                .hasSize(7)
                .allSatisfy(each -> assertThat(each.verdict()).as("%s", each).isEqualTo(Verdict.OK));
        assertThat(NamedNetns.list())
                .doesNotContain("nsm-check-" + ProcessHandle.current().pid());
    }
}
