package org.nsm4j.app.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.nsm4j.core.model.Cidr;
import org.nsm4j.core.model.Context;
import org.nsm4j.core.model.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Name servers for clients, written as upstream's JSON array.
 *
 * @param all in the order given
 */
public record DnsConfigs(List<Context.Dns> all) {
    private static final String EXPECTED = "[{\"dns_server_ips\":[ADDRESS…],\"search_domains\":[DOMAIN…]}]";

    public DnsConfigs {
        all = List.copyOf(all);
    }

    /**
     * Reads the JSON array; empty text is an empty one.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static DnsConfigs parse(String text) {
        if (text.isBlank() || text.strip().equals("[]")) {
            return new DnsConfigs(List.of());
        }
        try {
            var root = new JsonMapper().readTree(text);
            if (!root.isArray()) {
                throw new IllegalArgumentException(EXPECTED);
            }
            var all = new ArrayList<Context.Dns>();
            root.forEach(each -> all.add(one(each)));
            return new DnsConfigs(all);
        } catch (JacksonException | Refused e) {
            throw new IllegalArgumentException(EXPECTED, e);
        }
    }

    private static Context.Dns one(JsonNode node) {
        for (var key : node.propertyNames()) {
            if (!key.equals("dns_server_ips") && !key.equals("search_domains")) {
                throw new IllegalArgumentException(EXPECTED + "; not " + key);
            }
        }
        var servers = new ArrayList<InetAddress>();
        node.path("dns_server_ips").forEach(ip -> servers.add(Cidr.parseAddress(ip.asString())));
        var domains = new ArrayList<String>();
        node.path("search_domains").forEach(domain -> domains.add(domain.asString()));
        return new Context.Dns(servers, domains);
    }
}
