package org.nsm4j.linux.net;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A hardware address of six bytes.
 *
 * @param value the bytes as a number, the first in the highest place
 */
public record Mac(long value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public Mac {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("MAC: 0x%x (expected: a number of 48 bits)".formatted(value));
        }
    }

    /** Reads {@code 02:00:5e:10:00:01}, in either case. */
    public static Mac parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("MAC: %s (expected: six bytes as 02:00:5e:10:00:01)".formatted(text));
        }
        return of(COLONS.parseHex(text));
    }

    /** From six bytes. */
    public static Mac of(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException("MAC: %d bytes (expected: 6)".formatted(bytes.length));
        }
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | (b & 0xff);
        }
        return new Mac(value);
    }

    /** The six bytes. */
    public byte[] bytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (value >>> (40 - 8 * i));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return COLONS.formatHex(bytes());
    }
}
