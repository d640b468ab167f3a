package org.nsm4j.grpc.passing;

import java.util.regex.Pattern;
import org.nsm4j.core.model.Refused;
import org.nsm4j.linux.ffi.FileIdentity;

/**
 * The URL that stands for a file while that travels beside the bytes: {@code inode://DEVICE/INODE}, both in decimal as
 * {@code stat(2)} has them (wire §2.3). It says which file is meant as long as somebody has that open, and no longer.
 *
 * @param device as the kernel packs it for programs; unsigned
 * @param inode unsigned
 */
public record InodeUrl(long device, long inode) {
    private static final String SCHEME = "inode://";
    private static final Pattern FORM = Pattern.compile("inode://([0-9]{1,20})/([0-9]{1,20})");

    /** Whether a URL is meant to be one of these. */
    public static boolean isOne(String url) {
        return url.startsWith(SCHEME);
    }

    /**
     * Reads a URL.
     *
     * @throws Refused with {@link Refused.Reason#INVALID} where it is none of these
     */
    public static InodeUrl parse(String url) {
        var parts = FORM.matcher(url);
        if (parts.matches()) {
            try {
                return new InodeUrl(Long.parseUnsignedLong(parts.group(1)), Long.parseUnsignedLong(parts.group(2)));
            } catch (NumberFormatException e) {
                // said below
            }
        }
        throw new Refused(
                Refused.Reason.INVALID,
                "url: \"%s\" (expected: inode://DEVICE/INODE)"
                        .formatted(url.length() > 80 ? url.substring(0, 80) + "…" : url));
    }

    /** The URL of an open file. */
    static InodeUrl of(FileIdentity file) {
        long major = file.device() >>> 32;
        long minor = file.device() & 0xffff_ffffL;
        // new_encode_dev in linux/kdev_t.h
        return new InodeUrl((minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12), file.inode());
    }

    @Override
    public String toString() {
        return SCHEME + Long.toUnsignedString(device) + "/" + Long.toUnsignedString(inode);
    }
}
