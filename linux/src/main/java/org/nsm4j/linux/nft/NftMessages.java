package org.nsm4j.linux.nft;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netlink.Attributes;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.MessageWriter;
import org.nsm4j.linux.netlink.Request;

/** Tables, chains, sets and rules as messages: {@code struct nfgenmsg} and {@code NFTA_*}. */
final class NftMessages {
    private static final int SUBSYSTEM = 10;
    private static final int NEWTABLE = 0;
    private static final int GETTABLE = 1;
    private static final int DELTABLE = 2;
    private static final int NEWCHAIN = 3;
    private static final int NEWRULE = 6;
    private static final int GETRULE = 7;
    private static final int DELRULE = 8;
    static final int NEWSET = 9;
    static final int NEWSETELEM = 12;
    private static final int GETSETELEM = 13;
    static final int DELSETELEM = 14;
    private static final int BATCH_BEGIN = 16;
    private static final int BATCH_END = 17;
    static final int GENERAL_SIZE = 4;
    private static final int TYPE_IPV4 = 7;
    private static final int TYPE_IPV6 = 8;
    private static final int HANDLE = 3;
    private static final int USER_DATA = 7;

    private NftMessages() {}

    static Request begin() {
        return batch(BATCH_BEGIN, "begin a transaction of nftables");
    }

    static Request end() {
        return batch(BATCH_END, "end a transaction of nftables");
    }

    private static Request batch(int type, String attempt) {
        return new Request(() -> attempt, type, 0, out -> out.u8(0).u8(0).be16(SUBSYSTEM));
    }

    static Request addTable(Table table) {
        return message(
                () -> "add table " + table, NEWTABLE, Request.NLM_F_CREATE, table, out -> out.text(1, table.name()));
    }

    static Request deleteTable(Table table) {
        return message(() -> "delete table " + table, DELTABLE, 0, table, out -> out.text(1, table.name()));
    }

    static Request findTable(Table table) {
        return message(() -> "find table " + table, GETTABLE, 0, table, out -> out.text(1, table.name()));
    }

    static Request addChain(Table table, HookChain chain) {
        String attempt = "add chain " + chain.name() + " at " + chain.hook() + " to table " + table;
        return message(() -> attempt, NEWCHAIN, Request.NLM_F_CREATE, table, out -> {
            out.text(1, table.name()).text(3, chain.name());
            out.nest(4, () -> {
                out.be32(1, chain.hook().number()).be32(2, chain.priority());
                String device = chain.device();
                if (device != null) {
                    out.text(3, device);
                }
            });
            out.be32(5, chain.dropByDefault() ? 0 : 1).text(7, "filter");
        });
    }

    static Request addSet(Table table, AddressSet set, int id) {
        String attempt = "add set " + set.name() + " to table " + table;
        return message(
                () -> attempt,
                NEWSET,
                Request.NLM_F_CREATE,
                table,
                out -> out.text(1, table.name())
                        .text(2, set.name())
                        .be32(3, 0)
                        .be32(4, set.ipv6() ? TYPE_IPV6 : TYPE_IPV4)
                        .be32(5, set.ipv6() ? 16 : 4)
                        .be32(10, id));
    }

    static Request addElements(Table table, AddressSet set, Collection<InetAddress> addresses) {
        return elements("add", NEWSETELEM, Request.NLM_F_CREATE, table, set, addresses);
    }

    static Request deleteElements(Table table, AddressSet set, Collection<InetAddress> addresses) {
        return elements("delete", DELSETELEM, 0, table, set, addresses);
    }

    private static Request elements(
            String verb, int type, int flags, Table table, AddressSet set, Collection<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (Expressions.isIpv6(address) != set.ipv6()) {
                throw new IllegalArgumentException("address %s for set %s (expected: %s)"
                        .formatted(address.getHostAddress(), set.name(), set.ipv6() ? "IPv6" : "IPv4"));
            }
        }
        Supplier<String> attempt =
                () -> verb + " elements " + addresses + " of set " + set.name() + " of table " + table;
        return message(attempt, type, flags, table, out -> {
            out.text(1, table.name()).text(2, set.name());
            out.nest(3, () -> {
                for (InetAddress address : addresses) {
                    out.nest(1, () -> out.nest(1, () -> out.address(1, address)));
                }
            });
        });
    }

    static Request listElements(Table table, String set) {
        String attempt = "list elements of set " + set + " of table " + table;
        return message(
                () -> attempt,
                GETSETELEM,
                0,
                table,
                out -> out.text(1, table.name()).text(2, set));
    }

    static List<InetAddress> parseElements(Message message) {
        ByteBuffer elements = message.type() == type(NEWSETELEM)
                ? message.attributes(GENERAL_SIZE).raw(3)
                : null;
        if (elements == null) {
            return List.of();
        }
        List<InetAddress> found = new ArrayList<>();
        Attributes.forEach(elements, (content, type) -> {
            InetAddress address = Attributes.parse(content).nested(1).address(1);
            if (address != null) {
                found.add(address);
            }
        });
        return found;
    }

    static Request addRule(Table table, String chain, FilterRule rule) {
        String attempt = "add rule " + rule + " to chain " + chain + " of table " + table;
        int flags = Request.NLM_F_CREATE | Request.NLM_F_APPEND;
        return message(() -> attempt, NEWRULE, flags, table, out -> {
            out.text(1, table.name()).text(2, chain);
            out.nest(4, () -> new Expressions(out).write(rule));
            if (!rule.comment().isEmpty()) {
                out.bytes(USER_DATA, comment(rule.comment()));
            }
        });
    }

    static Request deleteRule(Table table, PlacedRule rule) {
        String attempt = "delete rule " + rule + " of table " + table;
        return message(
                () -> attempt,
                DELRULE,
                0,
                table,
                out -> out.text(1, table.name()).text(2, rule.chain()).be64(HANDLE, rule.handle()));
    }

    /** {@code nft flush chain}: deletion of a chain's rules without naming one. */
    static Request flushChain(Table table, String chain) {
        String attempt = "flush chain " + chain + " of table " + table;
        return message(
                () -> attempt,
                DELRULE,
                0,
                table,
                out -> out.text(1, table.name()).text(2, chain));
    }

    static Request listRules(Table table) {
        return message(() -> "list rules of table " + table, GETRULE, 0, table, out -> out.text(1, table.name()));
    }

    /** Null for a rule of another table, which an older kernel lists as well. */
    static @Nullable PlacedRule parseRule(Table table, Message message) {
        if (message.type() != type(NEWRULE)) {
            return null;
        }
        Attributes in = message.attributes(GENERAL_SIZE);
        String chain = in.text(2);
        if (chain == null || !table.name().equals(in.text(1))) {
            return null;
        }
        byte[] data = in.bytes(USER_DATA);
        return new PlacedRule(chain, in.be64(HANDLE, 0), data == null ? "" : comment(data));
    }

    /** As nft(8) keeps comments: type 0, length, text with its zero byte. */
    private static byte[] comment(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[utf8.length + 3];
        data[1] = (byte) (utf8.length + 1);
        System.arraycopy(utf8, 0, data, 2, utf8.length);
        return data;
    }

    private static String comment(byte[] data) {
        if (data.length < 3 || data[0] != 0) {
            return "";
        }
        int length = Math.min(Byte.toUnsignedInt(data[1]) - 1, data.length - 2);
        return length < 0 ? "" : new String(data, 2, length, StandardCharsets.UTF_8);
    }

    static int type(int message) {
        return SUBSYSTEM << 8 | message;
    }

    static Request message(Supplier<String> attempt, int type, int flags, Table table, Consumer<MessageWriter> body) {
        return new Request(attempt, type(type), flags, out -> {
            out.u8(table.family().number()).u8(0).u16(0);
            body.accept(out);
        });
    }
}
