package org.nsm4j.sdk;

import java.util.List;
import org.nsm4j.core.policy.NamePattern;
import org.nsm4j.core.policy.PathSignatures;
import org.nsm4j.grpc.server.ServerSettings;

/**
 * What a role holds others to beyond upstream's policies.
 *
 * @param signatures how far the tokens of a path must prove who signed them
 * @param watchers identities that may watch everybody's connections
 * @param limits how much anybody may take
 */
public record Trust(PathSignatures signatures, List<NamePattern> watchers, ServerSettings limits) {
    /** Signatures that are shown are checked, nobody sees others' connections, the usual limits. */
    public static final Trust USUAL = new Trust(PathSignatures.SHOWN, List.of(), ServerSettings.USUAL);

    public Trust {
        watchers = List.copyOf(watchers);
    }

    boolean lets(String watcher) {
        return watchers.stream().anyMatch(each -> each.fits(watcher));
    }
}
