package org.nsm4j.app.admin;

import static org.nsm4j.app.admin.Messages.labelMessages;
import static org.nsm4j.app.admin.Messages.labels;
import static org.nsm4j.app.admin.Messages.labelsByService;
import static org.nsm4j.app.admin.Messages.span;
import static org.nsm4j.app.admin.Messages.time;
import static org.nsm4j.app.admin.Messages.timeIf;

import java.util.List;
import org.nsm4j.api.admin.Connection;
import org.nsm4j.api.admin.Endpoint;
import org.nsm4j.api.admin.Event;
import org.nsm4j.api.admin.Match;
import org.nsm4j.api.admin.Node;
import org.nsm4j.api.admin.Service;
import org.nsm4j.core.model.NetworkService;
import org.nsm4j.core.model.Opaque;
import org.nsm4j.core.model.Payload;
import org.nsm4j.core.model.Refused;

/** Between the things that are listed and their messages on the socket. */
final class ItemMessages {
    private ItemMessages() {}

    static Event message(Admin.Event event) {
        return Event.newBuilder()
                .setItem(message(event.item()))
                .setDeleted(event.deleted())
                .build();
    }

    static org.nsm4j.api.admin.Item message(Item item) {
        var message = org.nsm4j.api.admin.Item.newBuilder();
        switch (item) {
            case Item.OfService(var service) -> message.setService(message(service));
            case Item.OfEndpoint(var endpoint) -> message.setEndpoint(message(endpoint));
            case Item.OfConnection(var connection) -> message.setConnection(message(connection));
            case Item.OfNode(var node) -> message.setNode(message(node));
            case Item.OfDeclaration(var request) -> message.setDeclaration(Messages.message(request));
        }
        return message.build();
    }

    static Item item(org.nsm4j.api.admin.Item message) {
        return switch (message.getWhatCase()) {
            case SERVICE -> new Item.OfService(service(message.getService()));
            case ENDPOINT -> new Item.OfEndpoint(endpoint(message.getEndpoint()));
            case CONNECTION -> new Item.OfConnection(connection(message.getConnection()));
            case NODE -> new Item.OfNode(node(message.getNode()));
            case DECLARATION -> new Item.OfDeclaration(Messages.request(message.getDeclaration()));
            case WHAT_NOT_SET ->
                throw new Refused(Refused.Reason.INVALID, "item: of an unknown kind (expected: one of this version)");
        };
    }

    private static Service message(NetworkService service) {
        var message = Service.newBuilder()
                .setName(service.name())
                .setPayload(service.payload().value());
        for (var match : service.matches()) {
            var rule = message.addMatchesBuilder().putAllSource(match.source()).setFallsThrough(match.fallsThrough());
            match.routes()
                    .forEach(route -> rule.addRoutesBuilder()
                            .putAllSelector(route.selector())
                            .setWeight(route.weight()));
            if (match.forwarderLabels() != null) {
                rule.setForwarderLabels(labels(match.forwarderLabels()));
            }
        }
        return message.build();
    }

    private static NetworkService service(Service message) {
        return new NetworkService(
                message.getName(),
                new Payload(message.getPayload()),
                message.getMatchesList().stream().map(ItemMessages::match).toList(),
                List.of(),
                Opaque.NONE);
    }

    private static NetworkService.Match match(Match message) {
        return new NetworkService.Match(
                message.getSourceMap(),
                message.getRoutesList().stream()
                        .map(route -> new NetworkService.Destination(route.getSelectorMap(), route.getWeight()))
                        .toList(),
                message.getFallsThrough(),
                message.hasForwarderLabels() ? message.getForwarderLabels().getLabelsMap() : null);
    }

    private static Endpoint message(org.nsm4j.core.model.Endpoint endpoint) {
        var message = Endpoint.newBuilder()
                .setName(endpoint.name())
                .addAllServices(endpoint.services())
                .putAllLabels(labelMessages(endpoint.labels()))
                .setUrl(endpoint.url());
        var expires = endpoint.expires();
        if (expires != null) {
            message.setExpires(time(expires));
        }
        var registered = endpoint.registered();
        if (registered != null) {
            message.setRegistered(time(registered));
        }
        return message.build();
    }

    private static org.nsm4j.core.model.Endpoint endpoint(Endpoint message) {
        return org.nsm4j.core.model.Endpoint.named(message.getName())
                .providing(message.getServicesList())
                .withLabels(labelsByService(message.getLabelsMap()))
                .at(message.getUrl())
                .until(timeIf(message.hasExpires(), message.getExpires()))
                .since(timeIf(message.hasRegistered(), message.getRegistered()));
    }

    static Connection message(ConnectionStatus status) {
        var message = Connection.newBuilder()
                .setName(status.name())
                .setId(status.wire().id())
                .setService(status.wire().service())
                .setEndpoint(status.wire().endpoint())
                .setPayload(status.wire().payload())
                .setState(status.wire().state())
                .putAllLabels(status.wire().labels())
                .setDeclared(status.declared())
                .setTrouble(status.trouble())
                .setHealed(status.health().healed());
        put(message, status.plug());
        for (var hop : status.path()) {
            var one = message.addPathBuilder().setName(hop.name()).setId(hop.id());
            var expires = hop.expires();
            if (expires != null) {
                one.setExpires(time(expires));
            }
        }
        var since = status.since();
        if (since != null) {
            message.setSince(time(since));
        }
        return message.build();
    }

    private static void put(Connection.Builder message, ConnectionStatus.Plug plug) {
        message.setMechanism(plug.mechanism())
                .setInterface(plug.interfaceName())
                .setNetns(plug.netns())
                .addAllAddresses(plug.addresses())
                .addAllPeerAddresses(plug.peerAddresses())
                .addAllRoutes(plug.routes())
                .addAllDns(plug.dns())
                .addAllSearchDomains(plug.searchDomains())
                .setMtu(plug.mtu());
    }

    static ConnectionStatus connection(Connection message) {
        return new ConnectionStatus(
                message.getName(),
                new ConnectionStatus.Wire(
                        message.getId(),
                        message.getService(),
                        message.getEndpoint(),
                        message.getPayload(),
                        message.getState(),
                        message.getLabelsMap()),
                new ConnectionStatus.Plug(
                        message.getNetns(),
                        message.getInterface(),
                        message.getMechanism(),
                        message.getAddressesList(),
                        message.getPeerAddressesList(),
                        message.getRoutesList(),
                        message.getDnsList(),
                        message.getSearchDomainsList(),
                        message.getMtu()),
                message.getPathList().stream()
                        .map(hop -> new ConnectionStatus.Hop(
                                hop.getName(), hop.getId(), timeIf(hop.hasExpires(), hop.getExpires())))
                        .toList(),
                message.getDeclared(),
                timeIf(message.hasSince(), message.getSince()),
                new ConnectionStatus.Health(message.getTrouble(), message.getHealed()));
    }

    private static Node message(NodeStatus node) {
        return Node.newBuilder()
                .setName(node.name())
                .setUrl(node.url())
                .setReady(node.ready())
                .setConnections(node.connections())
                .setEndpoints(node.endpoints())
                .setClockOffset(span(node.clockOffset()))
                .build();
    }

    private static NodeStatus node(Node message) {
        return new NodeStatus(
                message.getName(),
                message.getUrl(),
                message.getReady(),
                message.getConnections(),
                message.getEndpoints(),
                span(message.getClockOffset()));
    }
}
