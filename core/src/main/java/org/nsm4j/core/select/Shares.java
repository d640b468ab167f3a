package org.nsm4j.core.select;

import java.time.Duration;
import org.nsm4j.core.chain.Call;
import org.nsm4j.core.schedule.Scheduler;

/** How much of a request's time one candidate gets, so that one that hangs leaves enough for the next. */
record Shares(Scheduler scheduler) {
    /** The call as the candidate gets it: all that is left for the last one, half of it for any other. */
    Call of(Call call, boolean isLast) {
        var deadline = call.caller().deadline();
        if (isLast || deadline == null) {
            return call;
        }
        var now = scheduler.now();
        var half = Duration.between(now, deadline).dividedBy(2);
        return call.by(call.caller().until(now.plus(half)));
    }

    /** Whether nothing is left. */
    boolean isOver(Call call) {
        var deadline = call.caller().deadline();
        return deadline != null && !scheduler.now().isBefore(deadline);
    }
}
