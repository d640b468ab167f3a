package org.nsm4j.linux.net;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * What a link is to be like; what is null stays as it is, or as the kernel chooses for a new link. Start from {@link #named}
 * or {@link #unchanged} and add to it.
 *
 * @param name 1–15 bytes
 * @param index the number to be given to a new link, above 0; null lets the kernel choose
 * @param mtu bytes
 * @param mac hardware address
 * @param alias free text of at most 255 bytes that stays with the link
 * @param group number by which links are deleted together
 * @param up whether the link is switched on
 * @param netns where a new link is born, or an existing one moves; null is the namespace that is asked
 * @param master index of the bridge that the link is a port of, 0 for none
 */
public record LinkSettings(
        @Nullable String name,
        @Nullable Integer index,
        @Nullable Integer mtu,
        @Nullable Mac mac,
        @Nullable String alias,
        @Nullable Integer group,
        @Nullable Boolean up,
        @Nullable OpenNetns netns,
        @Nullable Integer master) {
    private static final LinkSettings UNCHANGED =
            new LinkSettings(null, null, null, null, null, null, null, null, null);

    public LinkSettings {
        if (name != null) {
            checkName(name);
        }
        if (index != null && index <= 0) {
            throw new IllegalArgumentException("link index: " + index + " (expected: above 0)");
        }
        if (alias != null && alias.getBytes(StandardCharsets.UTF_8).length > 255) {
            throw new IllegalArgumentException("alias: %s (expected: at most 255 bytes)".formatted(alias));
        }
    }

    /** Nothing yet. */
    public static LinkSettings unchanged() {
        return UNCHANGED;
    }

    /** A link of that name. */
    public static LinkSettings named(String name) {
        return UNCHANGED.name(name);
    }

    public LinkSettings name(String value) {
        return new LinkSettings(value, index, mtu, mac, alias, group, up, netns, master);
    }

    public LinkSettings index(int value) {
        return new LinkSettings(name, value, mtu, mac, alias, group, up, netns, master);
    }

    public LinkSettings mtu(int value) {
        return new LinkSettings(name, index, value, mac, alias, group, up, netns, master);
    }

    public LinkSettings mac(Mac value) {
        return new LinkSettings(name, index, mtu, value, alias, group, up, netns, master);
    }

    public LinkSettings alias(String value) {
        return new LinkSettings(name, index, mtu, mac, value, group, up, netns, master);
    }

    public LinkSettings group(int value) {
        return new LinkSettings(name, index, mtu, mac, alias, value, up, netns, master);
    }

    public LinkSettings up(boolean value) {
        return new LinkSettings(name, index, mtu, mac, alias, group, value, netns, master);
    }

    public LinkSettings in(OpenNetns value) {
        return new LinkSettings(name, index, mtu, mac, alias, group, up, value, master);
    }

    public LinkSettings master(int value) {
        return new LinkSettings(name, index, mtu, mac, alias, group, up, netns, value);
    }

    /** Whether a link has all that is asked for here; where it is, and a number for a new link, are not compared. */
    public boolean satisfiedBy(Link link) {
        LinkSettings has = link.settings();
        return (name == null || name.equals(link.name()))
                && (mtu == null || mtu.equals(has.mtu))
                && (mac == null || mac.equals(has.mac))
                && (alias == null || alias.equals(link.alias()))
                && (group == null || group.equals(has.group))
                && (up == null || up.equals(has.up))
                && (master == null || master.equals(has.master));
    }

    String described() {
        return (name == null ? "without a name" : name) + (netns == null ? "" : " into netns " + netns);
    }

    /** The kernel's own rule ({@code dev_valid_name}), checked here so that the error says what was expected. */
    private static void checkName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        boolean forbidden = name.equals(".") || name.equals("..");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            forbidden |= c == '/' || c == ':' || c == '%' || c <= ' ' || c == 0x7f;
        }
        if (forbidden || bytes < 1 || bytes > 15) {
            throw new IllegalArgumentException(
                    "link name: %s (expected: 1–15 bytes without slash, colon, percent sign or space)".formatted(name));
        }
    }
}
