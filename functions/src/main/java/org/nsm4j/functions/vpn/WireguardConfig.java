package org.nsm4j.functions.vpn;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.net.Prefix;
import org.nsm4j.linux.wireguard.Tunnel;
import org.nsm4j.linux.wireguard.WireguardKey;

/**
 * A tunnel as a {@code wg-quick} file describes it, which is what a company's VPN hands out.
 *
 * @param tunnel keys and peers; what the peers may send is what clients may reach
 * @param addresses of the tunnel's own link
 * @param dns the company's name servers
 * @param searchDomains its domains
 * @param mtu of the link in bytes, 0 for WireGuard's usual 1420
 */
public record WireguardConfig(
        Tunnel tunnel, List<Cidr> addresses, List<InetAddress> dns, List<String> searchDomains, int mtu) {
    /** WireGuard's MTU over a path of 1500 bytes. */
    public static final int USUAL_MTU = 1420;

    /**
     * Seconds between keep-alives where the file says nothing, and the peer has an endpoint: a gateway without clients
     * would otherwise not know whether the company answers.
     */
    public static final int USUAL_KEEPALIVE = 25;

    /** Smallest size that IPv6 links must carry (RFC 8200 §5). */
    private static final int SMALLEST_MTU = 1280;

    public WireguardConfig {
        addresses = List.copyOf(addresses);
        dns = List.copyOf(dns);
        searchDomains = List.copyOf(searchDomains);
    }

    /** What lies behind the tunnel. */
    public List<Cidr> companyPrefixes() {
        return tunnel.peers().stream()
                .flatMap(peer -> peer.allowed().stream())
                .map(prefix -> new Cidr(prefix.address(), prefix.length()).network())
                .distinct()
                .toList();
    }

    /** The link's MTU in bytes. */
    public int linkMtu() {
        return mtu == 0 ? USUAL_MTU : mtu;
    }

    /**
     * Reads the text of such a file. Its {@code Table}, {@code PreUp} and other commands for a shell are refused: they
     * would not be run, and a gateway must not pretend that they were.
     *
     * @throws Refused INVALID, naming the line and what was expected; never the value of a key
     */
    public static WireguardConfig parse(String text) {
        return new Reader().read(text);
    }

    private static final class Reader {
        private static final Pattern KEY_LIKE = Pattern.compile("[A-Za-z0-9+/]{32}");
        private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9_.-]{1,253}");

        private @Nullable WireguardKey privateKey;
        private int listenPort;
        private int mtu;
        private final List<Cidr> addresses = new ArrayList<>();
        private final List<InetAddress> dns = new ArrayList<>();
        private final List<String> domains = new ArrayList<>();
        private final List<PeerLines> peers = new ArrayList<>();
        private @Nullable String section;
        private int line;

        WireguardConfig read(String text) {
            for (var raw : text.split("\n")) {
                line++;
                int comment = raw.indexOf('#');
                var content = (comment < 0 ? raw : raw.substring(0, comment)).strip();
                if (content.startsWith("[")) {
                    open(content.toLowerCase(Locale.ROOT));
                } else if (!content.isEmpty()) {
                    setting(content);
                }
            }
            if (privateKey == null || peers.isEmpty()) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "WireGuard configuration: %s (expected: [Interface] with PrivateKey, and at least one [Peer])"
                                .formatted(privateKey == null ? "no PrivateKey" : "no [Peer]"));
            }
            var all = peers.stream().map(PeerLines::peer).toList();
            if (all.stream().map(Tunnel.Peer::publicKey).distinct().count() < all.size()) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "WireGuard configuration: a PublicKey twice (expected: one [Peer] for each PublicKey)");
            }
            return new WireguardConfig(new Tunnel(privateKey, listenPort, all), addresses, dns, domains, mtu);
        }

        private void open(String name) {
            switch (name) {
                case "[interface]" -> section = name;
                case "[peer]" -> {
                    section = name;
                    peers.add(new PeerLines());
                }
                default -> throw invalid("section " + shown(name), "[Interface] or [Peer]");
            }
        }

        private void setting(String content) {
            int equals = content.indexOf('=');
            if (equals < 1 || section == null) {
                throw invalid("a line without a section or without '='", "[Interface], then NAME = VALUE");
            }
            var name = content.substring(0, equals).strip();
            var value = content.substring(equals + 1).strip();
            if (section.equals("[interface]")) {
                ofInterface(name, value);
            } else {
                ofPeer(peers.getLast(), name, value);
            }
        }

        private void ofInterface(String name, String value) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "privatekey" -> privateKey = key(name, value);
                case "listenport" -> listenPort = number(name, value, 0, 65535);
                case "mtu" -> mtu = number(name, value, SMALLEST_MTU, 65535);
                case "address" -> addresses.addAll(list(name, value, Reader::cidr));
                case "dns" -> list(name, value, Function.identity()).forEach(this::nameServer);
                default -> throw invalid(shown(name), "PrivateKey, ListenPort, Address, DNS or MTU");
            }
        }

        private void ofPeer(PeerLines peer, String name, String value) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "publickey" -> peer.publicKey = key(name, value);
                case "presharedkey" -> peer.presharedKey = key(name, value);
                case "endpoint" -> peer.endpoint = endpoint(name, value);
                case "persistentkeepalive" -> peer.keepalive = value.equals("off") ? 0 : number(name, value, 0, 65535);
                case "allowedips" -> peer.allowed.addAll(list(name, value, Reader::cidr));
                default ->
                    throw invalid(shown(name), "PublicKey, PresharedKey, Endpoint, AllowedIPs or PersistentKeepalive");
            }
        }

        private void nameServer(String text) {
            if (text.matches("[0-9a-fA-F:.]*[0-9:][0-9a-fA-F:.]*") && !text.matches(".*[g-zG-Z].*")) {
                dns.add(Cidr.parseAddress(text));
            } else if (DOMAIN.matcher(text).matches() && !KEY_LIKE.matcher(text).find()) {
                domains.add(text);
            } else {
                throw invalid("DNS " + shown(text), "addresses of name servers, and domains");
            }
        }

        /** Somebody who pastes a key to the wrong place must not find it in a log. */
        private static String shown(String text) {
            return KEY_LIKE.matcher(text).find() ? "(looks like a key)" : text;
        }

        private static Cidr cidr(String text) {
            return text.contains("/") ? Cidr.parse(text) : Cidr.host(Cidr.parseAddress(text));
        }

        private WireguardKey key(String name, String value) {
            try {
                return WireguardKey.parse(value);
            } catch (IllegalArgumentException e) {
                throw invalid(name, "32 bytes in Base64");
            }
        }

        private InetSocketAddress endpoint(String name, String value) {
            int colon = value.lastIndexOf(':');
            var host = colon < 0 ? "" : value.substring(0, colon).replaceAll("^\\[|]$", "");
            var address =
                    new InetSocketAddress(host, colon < 0 ? 0 : number(name, value.substring(colon + 1), 1, 65535));
            if (host.isEmpty() || address.isUnresolved()) {
                throw invalid(name + " " + shown(value), "HOST:PORT that can be resolved");
            }
            return address;
        }

        private int number(String name, String value, int least, int most) {
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw invalid(name + " " + shown(value), least + "–" + most);
        }

        private <T> List<T> list(String name, String value, Function<String, T> parse) {
            var all = new ArrayList<T>();
            for (var each : value.split(",")) {
                try {
                    all.add(parse.apply(each.strip()));
                } catch (Refused e) {
                    throw invalid(name + " " + shown(each.strip()), "addresses or prefixes, such as 10.0.0.0/8");
                }
            }
            return all;
        }

        private Refused invalid(String what, String expected) {
            return new Refused(
                    Refused.Reason.INVALID,
                    "WireGuard configuration, line %d: %s (expected: %s)".formatted(line, what, expected));
        }
    }

    private static final class PeerLines {
        private static final int UNSAID = -1;
        private @Nullable WireguardKey publicKey;
        private @Nullable WireguardKey presharedKey;
        private @Nullable InetSocketAddress endpoint;
        private int keepalive = UNSAID;
        private final List<Cidr> allowed = new ArrayList<>();

        Tunnel.Peer peer() {
            if (publicKey == null || allowed.isEmpty()) {
                throw new Refused(
                        Refused.Reason.INVALID,
                        "WireGuard configuration: a [Peer] without %s (expected: PublicKey and AllowedIPs)"
                                .formatted(publicKey == null ? "PublicKey" : "AllowedIPs"));
            }
            var prefixes = allowed.stream()
                    .map(each -> new Prefix(each.address(), each.length()))
                    .toList();
            int interval = keepalive != UNSAID ? keepalive : endpoint == null ? 0 : USUAL_KEEPALIVE;
            return new Tunnel.Peer(publicKey, presharedKey, endpoint, interval, prefixes);
        }
    }
}
