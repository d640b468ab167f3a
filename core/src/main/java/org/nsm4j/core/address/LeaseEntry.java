package org.nsm4j.core.address;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.nsm4j.core.model.Cidr;

/**
 * A pair of addresses as the ledger has it: the key is the endpoint's address, the text
 * {@code CLIENT-ADDRESS used|rests UNTIL CONNECTION CLIENT}.
 *
 * @param endpoint the endpoint's address
 * @param client the client's
 * @param rests whether the lease is over
 * @param until when the client's token ends, or the rest
 * @param connection the connection's id at the endpoint
 * @param of the connection's id at the client, which stays the same when it is moved
 */
record LeaseEntry(
        InetAddress endpoint, InetAddress client, boolean rests, Instant until, String connection, String of) {
    /**
     * Who has a lease.
     *
     * @param connection the connection's id at the endpoint
     * @param client its id at the client
     * @param until when the client's token ends
     */
    record Holder(String connection, String client, Instant until) {
        LeaseEntry entry(AddressPair pair) {
            return new LeaseEntry(pair.endpoint().address(), pair.client().address(), false, until, connection, client);
        }
    }

    static String key(AddressPair pair) {
        return pair.endpoint().address().getHostAddress();
    }

    LeaseEntry resting(Instant end) {
        return new LeaseEntry(endpoint, client, true, end, connection, of);
    }

    String text() {
        return String.join(
                " ",
                client.getHostAddress(),
                rests ? "rests" : "used",
                Long.toString(until.toEpochMilli()),
                URLEncoder.encode(connection, StandardCharsets.UTF_8),
                URLEncoder.encode(of, StandardCharsets.UTF_8));
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException where it is none
     */
    static LeaseEntry parse(String key, String text) {
        var words = text.split(" ", -1);
        if (words.length != 5) {
            throw new IllegalArgumentException("lease: " + text);
        }
        return new LeaseEntry(
                Cidr.parseAddress(key),
                Cidr.parseAddress(words[0]),
                words[1].equals("rests"),
                Instant.ofEpochMilli(Long.parseLong(words[2])),
                URLDecoder.decode(words[3], StandardCharsets.UTF_8),
                URLDecoder.decode(words[4], StandardCharsets.UTF_8));
    }
}
