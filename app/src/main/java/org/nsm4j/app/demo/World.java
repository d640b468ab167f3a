package org.nsm4j.app.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.net.Address;
import org.nsm4j.linux.net.LinkSettings;
import org.nsm4j.linux.net.Network;
import org.nsm4j.linux.net.NewLink;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.netns.NamedNetns;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.wireguard.UserspaceWireguard;

/**
 * The demo's hosts as network namespaces: two nodes joined by an underlay, an application without any network, a VPN
 * gateway, and a company's intranet that only the gateway's uplink leads to.
 */
final class World implements AutoCloseable {
    static final String NODE_A = "nsm-demo-a";
    static final String NODE_B = "nsm-demo-b";
    static final String APP = "nsm-demo-app";
    static final String VPN = "nsm-demo-vpn";
    static final String INTRANET = "nsm-demo-intra";
    static final String UNDERLAY = "under0";
    static final String ADDRESS_A = "192.168.50.1";
    static final String ADDRESS_B = "192.168.50.2";
    /** Addresses of documentation (RFC 5737) stand for the internet between the gateway and the company. */
    static final String UPLINK_VPN = "203.0.113.1";

    static final String UPLINK_COMPANY = "203.0.113.2";
    static final String INTRANET_WEB = "10.20.0.10";

    private static final List<String> ALL = List.of(NODE_A, NODE_B, APP, VPN, INTRANET);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();

    /** A world whose files lie in a folder. */
    World(Path folder) {
        this.folder = folder;
    }

    /** Makes the hosts and the links between them. */
    void build() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
        ALL.forEach(NamedNetns::create);
        join(NODE_A, ADDRESS_A + "/24", NODE_B, ADDRESS_B + "/24");
        join(VPN, UPLINK_VPN + "/30", INTRANET, UPLINK_COMPANY + "/30");
        try (var intranet = Network.open(Netns.named(INTRANET))) {
            int loopback = intranet.link("lo").orElseThrow().index();
            intranet.change()
                    .addAddress(Address.of(loopback, Prefix.parse(INTRANET_WEB + "/32")))
                    .commit();
        }
        for (var host : ALL) {
            raise(host, "lo");
        }
    }

    private static void join(String one, String address, String other, String otherAddress) {
        try (var first = Netns.named(one).open();
                var second = Netns.named(other).open();
                var node = Network.ofNode()) {
            node.change()
                    .addLink(new NewLink.Veth(
                            LinkSettings.named(UNDERLAY).in(first),
                            LinkSettings.named(UNDERLAY).in(second)))
                    .commit();
        }
        furnish(one, address);
        furnish(other, otherAddress);
    }

    private static void furnish(String host, String address) {
        raise(host, UNDERLAY);
        try (var network = Network.open(Netns.named(host))) {
            int link = network.link(UNDERLAY).orElseThrow().index();
            network.change().addAddress(Address.of(link, Prefix.parse(address))).commit();
        }
    }

    private static void raise(String host, String name) {
        try (var network = Network.open(Netns.named(host))) {
            int link = network.link(name).orElseThrow().index();
            network.change().setLink(link, LinkSettings.unchanged().up(true)).commit();
        }
    }

    /** Where the demo's files are. */
    Path folder() {
        return folder;
    }

    /** Starts a program on a host; its output goes to a log file of that name. */
    Process start(String host, String log, List<String> command) {
        var inside =
                new ArrayList<>(List.of("nsenter", "--net=" + Netns.named(host).path()));
        inside.addAll(command);
        try {
            var output = folder.resolve(log + ".log").toFile();
            var process = new ProcessBuilder(inside)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    /** Ends the programs, newest first, and takes the hosts away; what a former run left as well. */
    @Override
    public void close() {
        for (var process : processes.reversed()) {
            process.destroy();
        }
        for (var process : processes) {
            try {
                if (!process.waitFor(java.time.Duration.ofSeconds(5))) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
        clear(folder);
    }

    /** Ends every program on a host; a WireGuard in user space outlives those that started it. */
    private static void endAll(String host) {
        if (!NamedNetns.list().contains(host)) {
            return;
        }
        try (var open = Netns.named(host).open()) {
            var name = "net:[" + open.file().inode() + "]";
            ProcessHandle.allProcesses()
                    .filter(process -> name.equals(namespace(process)))
                    .forEach(World::end);
        } catch (KernelRefused e) {
            // a name without a namespace: a run died between making the two
        }
    }

    private static void end(ProcessHandle process) {
        var socket = socket(process);
        process.destroyForcibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + socket, e);
        }
    }

    /** Where a WireGuard in user space listens, by the link that it was started for. */
    private static Path socket(ProcessHandle process) {
        var arguments = process.info().arguments().orElse(new String[0]);
        return UserspaceWireguard.socket(
                arguments.length == 0
                        ? "none"
                        : Path.of(arguments[arguments.length - 1]).getFileName().toString());
    }

    private static String namespace(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns", "net"))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Takes away what any run left, whoever ended it: the hosts, and whatever still runs on them. */
    static void clear(Path folder) {
        for (var host : ALL) {
            endAll(host);
            NamedNetns.delete(host);
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + folder, e);
        }
    }
}
