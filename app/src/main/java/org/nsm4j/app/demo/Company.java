package org.nsm4j.app.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.functions.vpn.TunnelLink;
import org.nsm4j.functions.vpn.WireguardConfig;
import org.nsm4j.linux.netns.Netns;

/** The company at the far end: a WireGuard gateway, and a web server that only it leads to. */
final class Company implements AutoCloseable {
    /** Out of which the gateway gives its clients addresses; the company routes it back. */
    static final String POOL = "172.16.1.100/30";

    static final int HTTP = 80;
    private static final int WIREGUARD = 51820;
    private static final String PREFIX = "10.20.0.0/16";
    private static final String LINK = "nsmdemowg0";

    private final World world;
    private final Scheduler scheduler;
    private final KeyPair company = keys();
    private final KeyPair gateway = keys();

    private @Nullable TunnelLink tunnel;

    Company(World world, Scheduler scheduler) {
        this.world = world;
        this.scheduler = scheduler;
    }

    /** Opens the company's end of the tunnel, and its web server. */
    void start() {
        var config = WireguardConfig.parse("""
                [Interface]
                PrivateKey = %s
                ListenPort = %d
                [Peer]
                PublicKey = %s
                AllowedIPs = %s
                """.formatted(secret(company), WIREGUARD, open(gateway), POOL));
        var opened = new TunnelLink(Netns.named(World.INTRANET), LINK, config, scheduler);
        tunnel = opened;
        opened.open();
        try {
            var pages = Files.createDirectories(world.folder().resolve("intranet"));
            Files.writeString(pages.resolve("index.html"), "intranet\n");
            world.start(
                    World.INTRANET,
                    "intranet",
                    List.of(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-m",
                            "jdk.httpserver",
                            "-b",
                            World.INTRANET_WEB,
                            "-p",
                            Integer.toString(HTTP),
                            "-d",
                            pages.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the intranet's page", e);
        }
    }

    /** The file that the company hands out to its VPN gateway. */
    Path config() {
        var file = world.folder().resolve("company.conf");
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file, """
                    [Interface]
                    PrivateKey = %s
                    [Peer]
                    PublicKey = %s
                    Endpoint = %s:%d
                    AllowedIPs = %s
                    PersistentKeepalive = 25
                    """.formatted(secret(gateway), open(company), World.UPLINK_COMPANY, WIREGUARD, PREFIX));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        return file;
    }

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("X25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 is part of every JDK", e);
        }
    }

    private static String secret(KeyPair keys) {
        return Base64.getEncoder()
                .encodeToString(((XECPrivateKey) keys.getPrivate()).getScalar().orElseThrow());
    }

    /** The public key as WireGuard writes it: the coordinate, lowest byte first. */
    private static String open(KeyPair keys) {
        byte[] number = ((XECPublicKey) keys.getPublic()).getU().toByteArray();
        byte[] key = new byte[32];
        for (int i = 0; i < number.length && i < 32; i++) {
            key[i] = number[number.length - 1 - i];
        }
        return Base64.getEncoder().encodeToString(key);
    }

    /** Takes the company's end of the tunnel away. */
    @Override
    public void close() {
        if (tunnel != null) {
            tunnel.remove();
        }
    }
}
