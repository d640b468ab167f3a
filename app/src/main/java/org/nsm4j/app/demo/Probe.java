package org.nsm4j.app.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.netns.Netns;
import org.nsm4j.linux.socket.ChannelsInside;

/** What an application does with its new interface. */
final class Probe {
    private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");
    private static final Pattern TIMES = Pattern.compile("= [0-9.]+/([0-9.]+)/");
    private static final int COUNT = 4;

    private Probe() {}

    /** Sends pings from a host, and sums them up on a line. */
    static String ping(String host, String address) {
        var command = List.of(
                "nsenter",
                "--net=" + Netns.named(host).path(),
                "ping",
                "-c",
                Integer.toString(COUNT),
                "-i",
                "0.01",
                "-W",
                "1",
                address);
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            var received = RECEIVED.matcher(text);
            var times = TIMES.matcher(text);
            if (!received.find() || received.group(1).equals("0")) {
                throw new Refused(
                        Refused.Reason.UNAVAILABLE,
                        "ping %s from %s: no answer (expected: %d of %d): %s"
                                .formatted(address, host, COUNT, COUNT, text.strip()));
            }
            return "ping %s  %s/%d%s"
                    .formatted(
                            address, received.group(1), COUNT, times.find() ? ", rtt " + times.group(1) + " ms" : "");
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "cannot run ping: %s (expected: the package iputils-ping)".formatted(e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Reason.CANCELLED, "ping %s called off".formatted(address), e);
        }
    }

    /** Fetches a page from a host, and shows its status and its heading. */
    static String get(String host, String address) {
        try (var netns = Netns.named(host).open();
                var channel = ChannelsInside.stream(netns)) {
            channel.connect(new InetSocketAddress(Cidr.parseAddress(address), Company.HTTP));
            channel.write(ByteBuffer.wrap(
                    "GET / HTTP/1.0\r\nHost: %s\r\n\r\n".formatted(address).getBytes(StandardCharsets.US_ASCII)));
            var answer = new StringBuilder();
            var buffer = ByteBuffer.allocate(4096);
            while (channel.read(buffer) >= 0 && answer.length() < 65_536) {
                answer.append(StandardCharsets.UTF_8.decode(buffer.flip()));
                buffer.clear();
            }
            var lines = answer.toString().strip().split("\r?\n");
            var status = lines[0].split(" ");
            return "GET http://%s/ → %s \"%s\""
                    .formatted(address, status.length > 1 ? status[1] : lines[0], lines[lines.length - 1].strip());
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "GET http://%s/ from %s: %s (expected: the intranet's page)"
                            .formatted(address, host, e.getMessage()),
                    e);
        }
    }
}
