package org.nsm4j.linux.netlink;

import java.nio.ByteBuffer;

/**
 * The content of an error or done message: {@code struct nlmsgerr} and the extended acknowledgement behind it.
 *
 * @param code the positive error number, 0 where all is well
 * @param text what the kernel says beyond the number, empty where nothing
 */
record Answer(int code, String text) {
    private static final int CAPPED = 0x100;
    private static final int TLVS = 0x200;
    private static final int TEXT = 1;
    private static final int OFFSET = 2;
    private static final int MISSING_TYPE = 5;

    /** Reads {@code NLMSG_ERROR}: number, header of the refused message, its content unless capped, attributes. */
    static Answer ofError(Message message) {
        message.need(4 + MessageWriter.HEADER);
        ByteBuffer payload = message.payload();
        int fixed = 4 + MessageWriter.HEADER;
        if ((message.flags() & CAPPED) == 0) {
            long refused = Integer.toUnsignedLong(payload.getInt(4));
            fixed = (int) Math.min(payload.limit(), Math.max(fixed, 4 + (refused + 3 & ~3)));
        }
        return new Answer(-payload.getInt(0), text(message, fixed));
    }

    /** Reads {@code NLMSG_DONE}, which carries the error that ended a dump. */
    static Answer ofDone(Message message) {
        if (message.payload().limit() < 4) {
            return new Answer(0, "");
        }
        return new Answer(Math.max(0, -message.payload().getInt(0)), text(message, 4));
    }

    private static String text(Message message, int fixed) {
        if ((message.flags() & TLVS) == 0) {
            return "";
        }
        Attributes attributes = message.attributes(fixed);
        String text = attributes.text(TEXT);
        if (text != null) {
            return text;
        }
        if (attributes.has(MISSING_TYPE)) {
            return "attribute " + attributes.i32(MISSING_TYPE, 0) + " is missing";
        }
        return attributes.has(OFFSET) ? "the attribute at byte " + attributes.i32(OFFSET, 0) : "";
    }
}
