package org.nsm4j.dataplane.element;

import org.nsm4j.core.chain.Call;
import org.nsm4j.dataplane.wire.Place;

/** Whether a workload's place may be plugged at all. */
@FunctionalInterface
public interface PlaceCheck {
    /** Whose place it is. */
    enum Side {
        /** Named by the request. */
        CLIENT,
        /** Named by the answer. */
        ENDPOINT
    }

    /**
     * Looks at a place before anything is changed there.
     *
     * @throws org.nsm4j.core.model.Refused where it may not be touched
     */
    void check(Place place, Side side, Call call);
}
