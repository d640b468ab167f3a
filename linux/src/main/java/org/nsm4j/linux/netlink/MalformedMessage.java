package org.nsm4j.linux.netlink;

/** A message or attribute whose length or content cannot be; the text says what was found and what was expected. */
public final class MalformedMessage extends RuntimeException {
    public MalformedMessage(String what) {
        super(what);
    }
}
