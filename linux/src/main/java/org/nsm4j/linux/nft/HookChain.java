package org.nsm4j.linux.nft;

import org.jspecify.annotations.Nullable;

/**
 * A chain of rules at a point of the packets' way; nftables calls it a base chain.
 *
 * @param name 1–31 characters
 * @param hook where packets meet it
 * @param priority the lowest sees packets first; 0 is nftables' own {@code filter}
 * @param dropByDefault what becomes of packets that no rule decides
 * @param device the link that a chain of a netdev table is on, null elsewhere
 */
public record HookChain(
        String name,
        Hook hook,
        int priority,
        boolean dropByDefault,
        @Nullable String device) {
    /** Where packets meet a chain. */
    public enum Hook {
        /** Everything that comes in, before routing. */
        PREROUTING(0),
        /** What is for this namespace itself. */
        INPUT(1),
        /** What is passed on. */
        FORWARD(2),
        /** What this namespace itself sends. */
        OUTPUT(3),
        POSTROUTING(4),
        /** Of a netdev table: what one link receives. */
        INGRESS(0);

        private final int number;

        Hook(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    public HookChain {
        Names.check("chain", name);
        if ((hook == Hook.INGRESS) != (device != null)) {
            throw new IllegalArgumentException(
                    "chain %s at %s of link %s (expected: a link for INGRESS and for nothing else)"
                            .formatted(name, hook, device));
        }
    }

    /** A chain that lets pass what no rule decides. */
    public static HookChain at(Hook hook, String name) {
        return new HookChain(name, hook, 0, false, null);
    }

    /** The same, dropping what no rule decides. */
    public HookChain droppingByDefault() {
        return new HookChain(name, hook, priority, true, device);
    }
}
