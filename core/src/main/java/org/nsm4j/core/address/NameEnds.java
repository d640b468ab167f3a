package org.nsm4j.core.address;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.ConnectionId;
import org.nsm4j.core.model.Context;

/**
 * Names the hardware address of each end of the wire, and whose IP addresses are behind it, so that both ends know their
 * neighbour without asking. A function in the middle of a chain has no address of its own, and could not answer for the
 * far end's.
 *
 * <p>Place: in endpoints, before the elements that decide on addresses, for it reads the answer.
 */
@Does("names the hardware address of each end of the wire, so that neither has to ask")
public final class NameEnds implements Element {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private final boolean always;

    private NameEnds(boolean always) {
        this.always = always;
    }

    /** Names the ends of every wire; for a function in the middle of a chain. */
    public static NameEnds always() {
        return new NameEnds(true);
    }

    /** Names the ends of a wire whose client said what their hardware addresses are; for the end of a chain. */
    public static NameEnds whereAsked() {
        return new NameEnds(false);
    }

    /** Hardware addresses for both ends of a wire: locally administered, and the same for the same connection. */
    public static Context.Ethernet derived(ConnectionId id, String leg) {
        return new Context.Ethernet(mac(id + "/" + leg + "/client"), mac(id + "/" + leg + "/endpoint"), 0);
    }

    private static String mac(String from) {
        try {
            var bytes = MessageDigest.getInstance("SHA-256").digest(from.getBytes(StandardCharsets.UTF_8));
            bytes[0] = (byte) (bytes[0] & 0xfc | 0x02); // for one host, and not from a factory
            return COLONS.formatHex(bytes, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    @Override
    public Connection request(Call call, Rest rest) {
        var asked = call.connection().context().ethernet();
        boolean known = !asked.srcMac().isEmpty() && !asked.dstMac().isEmpty();
        if (!known && !always) {
            return rest.request(call);
        }
        var ends = known ? asked : derived(call.id(), "in");
        var answer =
                rest.request(call.with(connection -> connection.withContext(context -> context.withEthernet(ends))));
        return answer.withContext(context -> context.withEthernet(ends).withIp(named(context.ip(), ends)));
    }

    private static Context.Ip named(Context.Ip ip, Context.Ethernet ends) {
        var neighbors = new ArrayList<Context.Neighbor>();
        add(neighbors, ip.srcAddresses(), ends.srcMac());
        add(neighbors, ip.dstAddresses(), ends.dstMac());
        return ip.withNeighbors(neighbors);
    }

    private static void add(List<Context.Neighbor> neighbors, List<Cidr> addresses, String mac) {
        addresses.forEach(each -> neighbors.add(new Context.Neighbor(each.address(), mac)));
    }
}
