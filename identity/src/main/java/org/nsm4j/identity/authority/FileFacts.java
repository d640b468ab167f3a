package org.nsm4j.identity.authority;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * What {@code stat(2)} tells of a file; two that are equal are of one file in one state.
 *
 * @param device with {@code inode}, which file
 * @param inode see {@code device}
 * @param mode type and permissions
 * @param uid whose
 * @param size in bytes
 * @param changed when its content or any of this last changed; nobody can set that back
 */
public record FileFacts(long device, long inode, int mode, int uid, long size, FileTime changed) {
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SOCKET = 0140000;

    /** Of what a path names, a link there followed. */
    public static FileFacts of(Path path) throws IOException {
        return read(path);
    }

    /** Of what a path names, even if that is a link. */
    public static FileFacts ofLink(Path path) throws IOException {
        return read(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileFacts read(Path path, LinkOption... options) throws IOException {
        var all = Files.readAttributes(path, "unix:dev,ino,mode,uid,size,ctime", options);
        return new FileFacts(
                (long) Objects.requireNonNull(all.get("dev")),
                (long) Objects.requireNonNull(all.get("ino")),
                (int) Objects.requireNonNull(all.get("mode")),
                (int) Objects.requireNonNull(all.get("uid")),
                (long) Objects.requireNonNull(all.get("size")),
                (FileTime) Objects.requireNonNull(all.get("ctime")));
    }

    /** The user that this process runs as. */
    public static int self() throws IOException {
        return of(Path.of("/proc/self")).uid();
    }

    /** The permissions alone, set-id and sticky bits included. */
    public int permissions() {
        return mode & 07777;
    }

    /** Whether others than its owner may write it. */
    public boolean isWritableForOthers() {
        return (mode & 022) != 0;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    /** Whether it is a plain file. */
    public boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    /** Whether it is a unix socket. */
    public boolean isSocket() {
        return (mode & TYPE) == SOCKET;
    }

    /** Whether both are one file, in whatever state. */
    public boolean isSameFile(FileFacts other) {
        return device == other.device && inode == other.inode;
    }
}
