package org.nsm4j.core.chain;

import org.nsm4j.core.model.Connection;

/**
 * One concern of a hop.
 *
 * <p>The contract, which the contract suite in testkit checks for every element:
 * <ul>
 *   <li>refuse or ask: throw {@link org.nsm4j.core.model.Refused}, or ask the rest; returning without either is a bug
 *       that the chain reports by this element's name;
 *   <li>the same request twice gives the same answer: a refresh finds what the first request made;
 *   <li>what is held is registered with {@link Call#hold}; the element undoes nothing by hand;
 *   <li>{@link #close} is idempotent, and the chain asks the rest even where it throws, unless it throws
 *       {@link org.nsm4j.core.model.Refused.Reason#NOT_AUTHORIZED}: what the caller may not close stays.
 * </ul>
 */
@FunctionalInterface
public interface Element {
    /**
     * Takes part in a request.
     *
     * @param call what this hop knows of it
     * @param rest the elements after this one; may be asked again with another call, after it refused
     * @return what the rest answered, translated for the elements before
     * @throws org.nsm4j.core.model.Refused to say no
     */
    Connection request(Call call, Rest rest);

    /**
     * Takes part in a close; needed only where something beyond what is held has to be given back or told.
     *
     * @param call the connection as last answered
     * @param rest the elements after this one
     */
    default void close(Call call, Rest rest) {
        rest.close(call);
    }

    /** The name shown by {@link Chain#describe()}. */
    default String describe() {
        return getClass().getSimpleName();
    }

    /** The elements after one. */
    interface Rest {
        /**
         * Asks them.
         *
         * @throws org.nsm4j.core.model.Refused when one of them says no
         */
        Connection request(Call call);

        /** Closes through them. */
        void close(Call call);
    }
}
