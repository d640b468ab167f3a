package org.nsm4j.core.life;

import org.nsm4j.core.chain.Call;
import org.nsm4j.core.chain.Does;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.chain.Origin;
import org.nsm4j.core.model.Connection;
import org.nsm4j.core.model.Refused;

/**
 * One line in the log for each event of a connection at this hop: made, refused, closed. Refreshes are told at DEBUG. A
 * refusal from further behind is told by the hop that pronounced it, and here at DEBUG only.
 *
 * <p>Place: right after the path upkeep, whose id it names, so that it sees what the caller is told.
 */
@Does("writes a line into the log when a connection is made, refused or closed here")
public final class LogEvents implements Element {
    private static final System.Logger LOG = System.getLogger("org.nsm4j.connections");

    private final String hop;

    /**
     * Logs for a hop.
     *
     * @param hop its name
     */
    public LogEvents(String hop) {
        this.hop = hop;
    }

    @Override
    public Connection request(Call call, Rest rest) {
        try {
            var answer = rest.request(call);
            boolean anew = call.origin() == Origin.FIRST || call.origin() == Origin.RESELECT;
            LOG.log(
                    anew ? System.Logger.Level.INFO : System.Logger.Level.DEBUG,
                    "{0} connection={1} hop={2} service={3} endpoint={4}",
                    call.origin() == Origin.FIRST
                            ? "connected"
                            : call.origin().name().toLowerCase(java.util.Locale.ROOT),
                    call.id(),
                    hop,
                    answer.service(),
                    answer.endpoint());
            return answer;
        } catch (Refused e) {
            LOG.log(
                    e.hop().isPresent() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    "refused connection={0} hop={1} service={2} reason={3} text=\"{4}\"",
                    call.id(),
                    hop,
                    call.connection().service(),
                    e.reason(),
                    e.getMessage());
            throw e;
        }
    }

    @Override
    public void close(Call call, Rest rest) {
        try {
            rest.close(call);
            LOG.log(System.Logger.Level.INFO, "closed connection={0} hop={1}", call.id(), hop);
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "close failed connection={0} hop={1} reason={2} text=\"{3}\"",
                    call.id(),
                    hop,
                    e.reason(),
                    e.getMessage());
            throw e;
        }
    }
}
