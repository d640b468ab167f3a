package org.nsm4j.linux.ffi;

/**
 * Which file an open descriptor refers to. Inode numbers are reused once a file is gone: compare two of these only while
 * both descriptors are open.
 *
 * @param device major number in the upper half, minor number in the lower
 * @param inode the number within the device
 */
public record FileIdentity(long device, long inode) {}
