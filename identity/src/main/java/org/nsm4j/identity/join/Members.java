package org.nsm4j.identity.join;

import com.nimbusds.jose.jwk.ECKey;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nsm4j.core.model.Refused;
import org.nsm4j.core.schedule.Scheduler;
import org.nsm4j.identity.authority.StateFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who has been invited and who has joined, on disk before anything is answered: so neither a restart nor a crash makes a
 * used token work again. A crash in the middle of a join costs the token.
 */
public final class Members {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_INVITATIONS = 1000;
    private static final String NODE_NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private final StateFile file;
    private final Scheduler scheduler;
    private final Scheduler.Turn turn;
    private volatile Content content;

    /** The whole file. */
    record Content(List<Invitation> invitations, List<Member> members) {}

    /** A token that has not been used: only its hash. A node's name where the token is for that one. */
    record Invitation(String secretSha256, String until, String node) {}

    /** A host that joined, the public key of its tokens, and until when what it was given is valid. */
    record Member(String node, String jwtKey, String until, boolean expelled) {}

    private Members(StateFile file, Scheduler scheduler, Content content) {
        this.file = file;
        this.scheduler = scheduler;
        this.turn = scheduler.turn();
        this.content = content;
    }

    /**
     * Opens the members of a domain.
     *
     * @param directory the first host's identity directory
     * @throws Refused INVALID where the file is damaged or open to others
     */
    public static Members open(Path directory, Scheduler scheduler) {
        var file = StateFile.in(directory, "members.json");
        var content = file.read().map(bytes -> parse(file, bytes)).orElse(new Content(List.of(), List.of()));
        return new Members(file, scheduler, content);
    }

    private static Content parse(StateFile file, byte[] bytes) {
        try {
            return JSON.readValue(bytes, Content.class);
        } catch (JacksonException e) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "%s: damaged (cure: restore it from a backup; or move it away, and joined hosts join again)"
                            .formatted(file.path()));
        }
    }

    /**
     * Makes an invitation.
     *
     * @param life how long it stays open
     * @param node for which host alone, even one that is a member already and was set up anew; empty for any new one
     * @return the secret, which is nowhere else from now on
     */
    byte[] invite(Duration life, Optional<String> node) {
        node.ifPresent(Members::checkName);
        var secret = new byte[JoinToken.SECRET_BYTES];
        RANDOM.nextBytes(secret);
        var hash = HexFormat.of().formatHex(JoinToken.sha256(secret));
        change(before -> {
            var invitations = new ArrayList<>(open(before.invitations()));
            if (invitations.size() >= MOST_INVITATIONS) {
                throw new Refused(
                        Refused.Reason.NO_CAPACITY,
                        "invitations: %d open (expected: fewer; they close by themselves)"
                                .formatted(invitations.size()));
            }
            var until = scheduler.now().plus(life);
            invitations.add(new Invitation(hash, until.toString(), node.orElse("")));
            return new Content(invitations, before.members());
        });
        return secret;
    }

    /**
     * Uses up the invitation that a secret belongs to and takes the host in, both in one write.
     *
     * @throws Refused NOT_AUTHORIZED where no open invitation has that secret (it may have been used, or be too old),
     *     CONFLICT where the name is another member's
     */
    void admit(byte[] secret, String node, ECKey jwtKey, Instant until) {
        checkName(node);
        var hash = HexFormat.of().formatHex(JoinToken.sha256(secret));
        change(before -> {
            var invitation = find(open(before.invitations()), hash);
            if (!invitation.node().isEmpty() && !invitation.node().equals(node)) {
                throw new Refused(
                        Refused.Reason.NOT_AUTHORIZED,
                        "node: %s (expected: %s, whom the token is for)".formatted(node, invitation.node()));
            }
            if (invitation.node().isEmpty() && member(before, node).isPresent()) {
                throw new Refused(
                        Refused.Reason.CONFLICT,
                        "node: %s is a member already (expected: another name, or a token made for that very node)"
                                .formatted(node));
            }
            var invitations = new ArrayList<>(open(before.invitations()));
            invitations.remove(invitation);
            return new Content(invitations, with(before.members(), member(node, jwtKey, until)));
        });
    }

    /** Every hash is compared, each in constant time, so that the time taken tells nothing. */
    private static Invitation find(List<Invitation> invitations, String hash) {
        Optional<Invitation> found = Optional.empty();
        for (var invitation : invitations) {
            if (MessageDigest.isEqual(
                    HexFormat.of().parseHex(invitation.secretSha256()),
                    HexFormat.of().parseHex(hash))) {
                found = Optional.of(invitation);
            }
        }
        return found.orElseThrow(() -> new Refused(
                Refused.Reason.NOT_AUTHORIZED,
                "join token: unknown, used or expired (expected: one from nsm up on the first host, not used yet)"));
    }

    /**
     * Notes that a member got new certificates.
     *
     * @throws Refused NOT_AUTHORIZED where it is none, or was expelled
     */
    void renewed(String node, ECKey jwtKey, Instant until) {
        checkMember(node);
        change(before -> {
            checkMember(before, node);
            return new Content(before.invitations(), with(before.members(), member(node, jwtKey, until)));
        });
    }

    /** Passes for a member, and refuses anybody else as {@link #renewed} does. */
    void checkMember(String node) {
        checkMember(content, node);
    }

    private static void checkMember(Content content, String node) {
        if (member(content, node).filter(each -> !each.expelled()).isEmpty()) {
            throw new Refused(
                    Refused.Reason.NOT_AUTHORIZED,
                    "node: %s is no member (expected: one that joined and was not expelled)".formatted(node));
        }
    }

    /**
     * Lets a host in no longer: it gets nothing new, and what it has ends within the life of a node's authority.
     *
     * @throws Refused NOT_FOUND where there is no such member
     */
    public void expel(String node) {
        change(before -> {
            var member = member(before, node)
                    .orElseThrow(() -> new Refused(
                            Refused.Reason.NOT_FOUND,
                            "node: %s is no member (expected: one of %s)".formatted(node, nodes())));
            return new Content(
                    before.invitations(),
                    with(before.members(), new Member(node, member.jwtKey(), member.until(), true)));
        });
    }

    /** The names of the hosts that are members. */
    public List<String> nodes() {
        return content.members().stream()
                .filter(member -> !member.expelled())
                .map(Member::node)
                .toList();
    }

    /** The public keys behind JWT-SVIDs that members have signed and that may be valid still. */
    List<ECKey> jwtKeys() {
        var now = scheduler.now();
        return content.members().stream()
                .filter(member -> !member.expelled())
                .filter(member -> now.isBefore(Instant.parse(member.until())))
                .map(Members::jwtKey)
                .toList();
    }

    private static ECKey jwtKey(Member member) {
        try {
            return ECKey.parse(member.jwtKey());
        } catch (ParseException e) {
            throw new IllegalStateException("a key of member " + member.node() + " was stored unread", e);
        }
    }

    private static Member member(String node, ECKey jwtKey, Instant until) {
        return new Member(node, jwtKey.toPublicJWK().toJSONString(), until.toString(), false);
    }

    private static Optional<Member> member(Content content, String node) {
        return content.members().stream()
                .filter(member -> member.node().equals(node))
                .findFirst();
    }

    private static List<Member> with(List<Member> members, Member member) {
        var result = new ArrayList<>(members);
        result.removeIf(each -> each.node().equals(member.node()));
        result.add(member);
        return result;
    }

    private List<Invitation> open(List<Invitation> invitations) {
        var now = scheduler.now();
        return invitations.stream()
                .filter(each -> now.isBefore(Instant.parse(each.until())))
                .toList();
    }

    private void change(Function<Content, Content> change) {
        if (!turn.take(PATIENCE)) {
            throw new Refused(
                    Refused.Reason.UNAVAILABLE,
                    "%s: busy for %s (expected: a disk that answers)".formatted(file.path(), PATIENCE));
        }
        try {
            var next = change.apply(content);
            file.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(next));
            content = next;
        } finally {
            turn.give();
        }
    }

    static void checkName(String node) {
        if (!node.matches(NODE_NAME)) {
            throw new Refused(
                    Refused.Reason.INVALID,
                    "node: \"%s\" (expected: a host name of up to 63 lower-case letters, digits and hyphens)"
                            .formatted(node.length() > 70 ? node.substring(0, 70) + "…" : node));
        }
    }
}
