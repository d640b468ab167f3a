package org.nsm4j.linux.netlink;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One message to the kernel, not yet written.
 *
 * @param attempt what it attempts, as it reads after "cannot"; asked for only if the kernel refuses
 * @param type the message type, {@code RTM_*} for rtnetlink
 * @param flags {@code NLM_F_*} beside REQUEST and ACK, which the socket sets
 * @param body writes the fixed part and the attributes; it may run twice, if the first time did not fit
 */
public record Request(Supplier<String> attempt, int type, int flags, Consumer<MessageWriter> body) {
    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_ACK = 4;
    public static final int NLM_F_DUMP_INTR = 0x10;
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_DUMP = 0x300;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;
}
