package org.nsm4j.app.role;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nsm4j.app.config.LogLevel;
import org.nsm4j.app.observe.Logging;
import org.nsm4j.core.chain.Chain;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Mechanism;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.model.Request;
import org.nsm4j.core.model.Url;
import org.nsm4j.core.path.Tokens;
import org.nsm4j.grpc.client.Channels;
import org.nsm4j.grpc.client.ClientSettings;
import org.nsm4j.grpc.client.GrpcHops;
import org.nsm4j.grpc.passing.Passing;
import org.nsm4j.grpc.server.NsmServer;
import org.nsm4j.grpc.server.Requests;
import org.nsm4j.grpc.transport.Transport;

/**
 * A client, a manager's door or an endpoint in a process of its own, so that the kernel can tell who it is: says
 * {@code ready} once it listens, or what became of its one request.
 */
final class ClaimProcess {
    /** Without the capability by which a process could enter any namespace. */
    static final List<String> UNPRIVILEGED = List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all");
    /** As in a container: it sees no process outside, nor its number. */
    static final List<String> IN_A_POD = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

    private ClaimProcess() {}

    /** {@code ask SOCKET NETNS path|file}, {@code judge SOCKET} or {@code answer SOCKET NETNS}. */
    public static void main(String[] arguments) throws IOException {
        Logging.start(LogLevel.ERROR, System.err);
        var socket = Url.unix(arguments[1]);
        try (var transport = new Transport(1)) {
            switch (arguments[0]) {
                case "ask" -> System.out.println(ask(transport, socket, arguments[2], arguments[3].equals("file")));
                case "judge" -> serve(transport, socket, new NamespaceClaims(accepting()));
                default -> serve(transport, socket, answering(arguments[2]));
            }
        }
    }

    /** What takes every request, with the mechanism that it has or the first that it offers. */
    static Requests accepting() {
        return Requests.of(Chain.through()
                .to((call, rest) -> call.connection().mechanism() != null
                        ? call.connection()
                        : call.connection()
                                .withMechanism(call.outgoing().preferences().getFirst())));
    }

    private static Requests answering(String netns) {
        return Requests.of(Chain.through().to((call, rest) -> call.connection().withMechanism(claim(netns))));
    }

    static Mechanism claim(String netns) {
        var path = netns.equals("own") ? "/proc/" + ProcessHandle.current().pid() + "/ns/net" : netns;
        return new Mechanism.Kernel(Map.of(Mechanism.INODE_URL, "file://" + path));
    }

    private static String ask(Transport transport, Url socket, String netns, boolean file) {
        var passing = file ? Passing.everything() : Passing.onlyFiles();
        try (var channels = new Channels(transport, null, Tokens.NONE, ClientSettings.USUAL, passing)) {
            new GrpcHops(channels)
                    .at(socket)
                    .request(
                            new Request(Connection.to("any"), List.of(claim(netns))),
                            Instant.now().plusSeconds(30),
                            cancel -> {});
            return "accepted";
        } catch (Refused e) {
            return e.reason() + " " + e.sentence();
        }
    }

    private static void serve(Transport transport, Url socket, Requests requests) throws IOException {
        try (var unused = NsmServer.insecure(transport)
                .passing(Passing.everything())
                .requests(requests)
                .listen(List.of(socket))) {
            System.out.println("ready");
            System.in.readAllBytes(); // until whoever started it has ended
        }
    }

    /** Starts one. */
    static Process start(List<String> before, Object... arguments) throws IOException {
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ClaimProcess.class.getName()));
        Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Starts one that listens, and waits until it does. */
    static Process listening(List<String> before, Object... arguments) throws IOException {
        var process = start(before, arguments);
        var ready = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (!"ready".equals(ready)) {
            throw new IOException("%s ended: %s".formatted(List.of(arguments), ready));
        }
        return process;
    }

    /** Asks once, and tells what came of it. */
    static String asking(List<String> before, Path socket, String netns, String how) throws Exception {
        var process = start(before, "ask", socket, netns, how);
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
