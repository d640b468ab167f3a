package org.nsm4j.dataplane.element;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import org.nsm4j.core.model.Refused;

/**
 * The VXLAN network identifiers that this node gives away (behaviour F-24, wire §2.4): even where the client's underlay
 * address is not above the endpoint's, odd otherwise, so that two nodes never choose the same for one another.
 */
public final class Vnis {
    private static final int LARGEST = 0xFFFFFF;
    private static final int TRIES = 64;

    private final IntUnaryOperator random;
    private final Map<Integer, Boolean> taken = new ConcurrentHashMap<>();

    /**
     * Nothing is given away yet.
     *
     * @param random a number from 0 up to, not including, its argument
     */
    public Vnis(IntUnaryOperator random) {
        this.random = random;
    }

    /** An identifier, for as long as a connection holds it. */
    public final class Lease implements AutoCloseable {
        private final int vni;

        private Lease(int vni) {
            this.vni = vni;
        }

        /** The identifier, 1–16777215. */
        public int vni() {
            return vni;
        }

        @Override
        public void close() {
            taken.remove(vni);
        }
    }

    /** The identifier that is known from an earlier answer, if it is free, else another; 0 where none is known. */
    Lease lease(InetAddress here, InetAddress peer, int wanted) {
        if (wanted > 0 && wanted <= LARGEST && taken.putIfAbsent(wanted, true) == null) {
            return new Lease(wanted);
        }
        return another(here, peer);
    }

    /** A free identifier of the right parity. */
    Lease another(InetAddress here, InetAddress peer) {
        int parity = Arrays.compareUnsigned(wide(peer), wide(here)) <= 0 ? 0 : 1;
        for (int tries = 0; tries < TRIES; tries++) {
            int vni = 2 + (random.applyAsInt((LARGEST - 2) / 2) << 1 | parity);
            if (taken.putIfAbsent(vni, true) == null) {
                return new Lease(vni);
            }
        }
        throw new Refused(
                Refused.Reason.NO_CAPACITY,
                "VNI: none found free in %d tries; %d in use".formatted(TRIES, taken.size()));
    }

    /** The 16-byte form in which upstream compares addresses of both families. */
    private static byte[] wide(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 16) {
            return bytes;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }
}
