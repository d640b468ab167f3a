package org.nsm4j.sdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.nsm4j.core.lease.Ledger;
import org.nsm4j.core.lease.LedgerFile;
import org.nsm4j.core.life.Heal;
import org.nsm4j.core.model.ConnectUrl;
import org.nsm4j.core.model.Url;
import org.nsm4j.linux.process.Boot;

/** This process's way into the mesh: its identity, and its node's manager. */
public final class Mesh implements AutoCloseable {
    /** Where upstream's managers listen. */
    public static final String MANAGER = "unix:///var/lib/networkservicemesh/nsm.io.sock";

    /** Where {@code nsm up} hands out identities. */
    public static final String IDENTITIES = "unix:///run/nsm/identity.sock";

    private static final System.Logger LOG = System.getLogger(Mesh.class.getName());
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);
    private static final Duration DIAL = Duration.ofSeconds(5);

    private final Parts parts;
    private final Url manager;
    private final Path socketFolder;
    private final List<Ledger> ledgers = new CopyOnWriteArrayList<>();

    /**
     * Over a parts that is there already.
     *
     * @param parts closed with this
     * @param manager the node's manager
     * @param socketFolder where endpoints listen; the forwarder must see it too
     */
    public Mesh(Parts parts, Url manager, Path socketFolder) {
        this.parts = parts;
        this.manager = manager;
        this.socketFolder = socketFolder;
    }

    /**
     * As the environment says: {@code NSM_CONNECT_TO}, {@code SPIFFE_ENDPOINT_SOCKET}, {@code NSM_BASE_DIR}.
     *
     * @throws org.nsm4j.core.model.Refused when no identity is to be had
     */
    public static Mesh fromEnvironment() {
        var environment = System.getenv();
        return new Mesh(
                Parts.fromWorkloadApi(environment.getOrDefault("SPIFFE_ENDPOINT_SOCKET", IDENTITIES), TOKEN_LIFE, DIAL),
                Url.parse(environment.getOrDefault("NSM_CONNECT_TO", MANAGER)),
                Path.of(environment.getOrDefault("NSM_BASE_DIR", "/var/lib/networkservicemesh")));
    }

    /** Describes an endpoint of a name that is unique in the domain. */
    public EndpointBuilder endpoint(String name) {
        return new EndpointBuilder(this, name);
    }

    /** A client of a name. */
    public MeshClient client(String name) {
        return client(name, List.of(), healed -> {});
    }

    /**
     * A client of a name.
     *
     * @param aware groups of what may share addresses within the group; all others are kept apart
     * @param healed told of each connection that broke and was brought back
     */
    public MeshClient client(String name, List<List<ConnectUrl>> aware, Consumer<Heal.Healed> healed) {
        return new MeshClient(parts, name, manager, aware, healed);
    }

    /**
     * What an endpoint has given away, in a file beside its socket: its next process knows at once. Closed with this.
     * Where another process of that name has it, or it cannot be written, what is given away ends with this process.
     *
     * @param endpoint its name
     */
    public Ledger leases(String endpoint) {
        try {
            Files.createDirectories(socketFolder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot make {0}: {1}", socketFolder, e.getMessage());
        }
        var ledger = LedgerFile.openIfPossible(socketFolder.resolve(fileName(endpoint) + ".leases"), Boot.id());
        ledgers.add(ledger);
        return ledger;
    }

    /** A name as a file can have it. */
    static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /** What everything here stands on. */
    public Parts parts() {
        return parts;
    }

    Url manager() {
        return manager;
    }

    Path socketFolder() {
        return socketFolder;
    }

    @Override
    public void close() {
        parts.close();
        ledgers.forEach(Ledger::close);
    }
}
