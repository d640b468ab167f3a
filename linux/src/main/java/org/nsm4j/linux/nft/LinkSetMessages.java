package org.nsm4j.linux.nft;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.Request;

/** Sets of links as messages; a key is the name, filled up with zeros to {@code IFNAMSIZ}, and the address behind it. */
final class LinkSetMessages {
    private static final int NAME_SIZE = 16;
    private static final int USER_DATA = 13;
    /** What nft(8) notes for itself, so that it prints names: item 0, the byte order of keys, is 1, the host's. */
    private static final byte[] HOST_ORDER = ByteBuffer.allocate(6)
            .order(ByteOrder.nativeOrder())
            .put((byte) 0)
            .put((byte) 4)
            .putInt(1)
            .array();

    private LinkSetMessages() {}

    static Request add(Table table, LinkSet set, int id) {
        String attempt = "add set " + set.name() + " to table " + table;
        return NftMessages.message(
                () -> attempt,
                NftMessages.NEWSET,
                Request.NLM_F_CREATE,
                table,
                out -> out.text(1, table.name())
                        .text(2, set.name())
                        .be32(3, 0)
                        .be32(4, set.kind().type())
                        .be32(5, set.kind().length())
                        .be32(10, id)
                        .bytes(USER_DATA, HOST_ORDER));
    }

    static Request addKeys(Table table, LinkSet set, Collection<LinkSet.Key> keys) {
        return keys("add", NftMessages.NEWSETELEM, Request.NLM_F_CREATE, table, set, keys);
    }

    static Request deleteKeys(Table table, LinkSet set, Collection<LinkSet.Key> keys) {
        return keys("delete", NftMessages.DELSETELEM, 0, table, set, keys);
    }

    private static Request keys(
            String verb, int type, int flags, Table table, LinkSet set, Collection<LinkSet.Key> keys) {
        List<byte[]> values = keys.stream().map(key -> bytes(set, key)).toList();
        Supplier<String> attempt = () -> verb + " elements " + keys + " of set " + set.name() + " of table " + table;
        return NftMessages.message(attempt, type, flags, table, out -> {
            out.text(1, table.name()).text(2, set.name());
            out.nest(3, () -> {
                for (byte[] value : values) {
                    out.nest(1, () -> out.nest(1, () -> out.bytes(1, value)));
                }
            });
        });
    }

    private static byte[] bytes(LinkSet set, LinkSet.Key key) {
        byte[] name = key.link().getBytes(StandardCharsets.UTF_8);
        InetAddress address = key.address();
        byte[] tail = address == null ? new byte[0] : address.getAddress();
        if (name.length == 0
                || name.length >= NAME_SIZE
                || NAME_SIZE + tail.length != set.kind().length()) {
            throw new IllegalArgumentException("key %s for set %s (expected: a link of 1–15 bytes%s)"
                    .formatted(key, set.name(), set.hasAddress() ? ", and an address of the set's family" : ""));
        }
        return ByteBuffer.allocate(set.kind().length())
                .put(name)
                .put(NAME_SIZE, tail)
                .array();
    }

    static List<LinkSet.Key> parse(Message message) {
        ByteBuffer elements = message.type() == NftMessages.type(NftMessages.NEWSETELEM)
                ? message.attributes(NftMessages.GENERAL_SIZE).raw(3)
                : null;
        if (elements == null) {
            return List.of();
        }
        List<LinkSet.Key> found = new ArrayList<>();
        Attributes.forEach(elements, (content, type) -> {
            byte[] value = Attributes.parse(content).nested(1).bytes(1);
            if (value != null && value.length >= NAME_SIZE) {
                found.add(key(value));
            }
        });
        return found;
    }

    private static LinkSet.Key key(byte[] value) {
        int end = 0;
        while (end < NAME_SIZE && value[end] != 0) {
            end++;
        }
        String link = new String(value, 0, end, StandardCharsets.UTF_8);
        if (value.length == NAME_SIZE) {
            return new LinkSet.Key(link, null);
        }
        try {
            return new LinkSet.Key(link, InetAddress.getByAddress(Arrays.copyOfRange(value, NAME_SIZE, value.length)));
        } catch (UnknownHostException e) {
            throw new MalformedMessage("set key of %d bytes (expected: 16, 20 or 32)".formatted(value.length));
        }
    }
}
