package org.nsm4j.linux.netlink;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.Errno;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Buffers;
import org.nsm4j.linux.ffi.Descriptor;
import org.nsm4j.linux.ffi.Libc;
import org.nsm4j.linux.ffi.Sockets;

/**
 * A netlink socket in one network namespace. It keeps that namespace alive as long as it is open: close it soon, unless
 * the namespace is the node's own.
 *
 * <p>The kernel handles a request within the call that sends it, so answers are there at once and nothing here waits
 * for the network.
 */
public final class NetlinkSocket implements AutoCloseable {
    /** {@code NETLINK_ROUTE}: links, addresses, routes, rules, neighbours. */
    public static final int ROUTE = 0;

    /** {@code NETLINK_NETFILTER}: nftables. */
    public static final int NETFILTER = 12;
    /** Protocols that share one number, such as WireGuard. */
    public static final int GENERIC = 16;

    static final int SOL_NETLINK = 270;
    private static final int CAP_ACK = 10;
    private static final int EXT_ACK = 11;
    private static final int STRICT_CHECK = 12;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int DUMP_TRIES = 16;
    private static final int PATIENCE_MILLIS = 5_000;

    private final Descriptor descriptor;
    private final String where;
    private final ReentrantLock turn = new ReentrantLock();
    private int sequence = 1;

    private NetlinkSocket(Descriptor descriptor, String where) {
        this.descriptor = descriptor;
        this.where = where;
    }

    /**
     * Opens a socket in the network namespace of the calling OS thread.
     *
     * @param protocol {@link #ROUTE} or {@link #NETFILTER}
     * @param where the namespace as it reads in error texts
     */
    public static NetlinkSocket open(int protocol, String where) {
        int fd = KernelRefused.check(
                Sockets.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, protocol),
                () -> "open a netlink socket in netns " + where);
        NetlinkSocket socket = new NetlinkSocket(Descriptor.owning(fd), where);
        // An older kernel without one of these still works, with shorter errors and laxer checks.
        Sockets.setOption(fd, SOL_NETLINK, EXT_ACK, 1);
        Sockets.setOption(fd, SOL_NETLINK, CAP_ACK, 1);
        if (protocol == ROUTE) {
            Sockets.setOption(fd, SOL_NETLINK, STRICT_CHECK, 1);
        }
        return socket;
    }

    /** The namespace as it reads in error texts. */
    public String where() {
        return where;
    }

    /** The descriptor's number, for socket options; the socket stays the owner. */
    public int number() {
        return descriptor.number();
    }

    /**
     * Sends all requests in as few system calls as fit and reads what became of each. This is no transaction: what
     * follows a refused request is done all the same.
     *
     * @return one outcome for each request, in order
     * @throws KernelRefused where the socket itself fails, so that the outcomes are unknown
     */
    public List<Outcome> exchange(List<Request> requests) {
        turn.lock();
        try (Buffers.Lease lease = Buffers.borrow()) {
            List<Outcome> outcomes = new ArrayList<>(requests.size());
            while (outcomes.size() < requests.size()) {
                int first = sequence;
                int from = outcomes.size();
                ByteBuffer buffer = lease.buffer().clear();
                int count = write(requests, from, buffer);
                send(buffer, requests.get(from));
                @Nullable
                KernelRefused[] refusals = receiveOutcomes(new Sent(requests, from, count, first, false), buffer);
                for (int i = 0; i < count; i++) {
                    outcomes.add(new Outcome(requests.get(from + i).attempt(), refusals[i]));
                }
            }
            return outcomes;
        } finally {
            turn.unlock();
        }
    }

    /**
     * Only the last message of a send asks for an acknowledgement: the kernel works in order and reports an error
     * whether asked or not, so that one answer proves all before it, and success costs one receive call.
     */
    private int write(List<Request> requests, int from, ByteBuffer buffer) {
        MessageWriter writer = new MessageWriter(buffer);
        int count = 0;
        int end = 0;
        int lastStart = 0;
        for (int i = from; i < requests.size(); i++) {
            Request request = requests.get(i);
            try {
                int start = buffer.position();
                writer.begin(request.type(), request.flags() | Request.NLM_F_REQUEST, sequence);
                request.body().accept(writer);
                writer.end();
                lastStart = start;
                end = buffer.position();
            } catch (BufferOverflowException e) {
                if (count == 0) {
                    throw new KernelRefused(attempt(request), Errno.EMSGSIZE);
                }
                break;
            }
            sequence++;
            count++;
        }
        buffer.putShort(lastStart + 6, (short) (buffer.getShort(lastStart + 6) | Request.NLM_F_ACK));
        buffer.position(0).limit(end);
        return count;
    }

    private boolean append(Request request, ByteBuffer buffer) {
        buffer.position(buffer.limit()).limit(buffer.capacity());
        MessageWriter writer = new MessageWriter(buffer);
        try {
            writer.begin(request.type(), request.flags() | Request.NLM_F_REQUEST, sequence);
            request.body().accept(writer);
            writer.end();
        } catch (BufferOverflowException e) {
            return false;
        }
        sequence++;
        buffer.flip();
        return true;
    }

    /**
     * What one send held.
     *
     * @param from where in the list it began
     * @param count how many it held
     * @param first the sequence number of the first
     * @param together whether a refusal of the first message is one of them all
     */
    private record Sent(List<Request> requests, int from, int count, int first, boolean together) {}

    private @Nullable KernelRefused[] receiveOutcomes(Sent sent, ByteBuffer buffer) {
        @Nullable KernelRefused[] refusals = new KernelRefused[sent.count];
        boolean[] complete = {false};
        while (!complete[0]) {
            receive(buffer, sent.requests.get(sent.from));
            Message.forEach(buffer, message -> {
                int i = message.sequence() - sent.first;
                if (message.type() != ERROR || i < 0 || i >= sent.count) {
                    return;
                }
                Answer answer = Answer.ofError(message);
                if (answer.code() != 0) {
                    Request request = sent.requests.get(sent.from + i);
                    refusals[i] = new KernelRefused(attempt(request), answer.code(), answer.text());
                }
                complete[0] |= i == sent.count - 1 || (sent.together && i == 0 && answer.code() != 0);
            });
        }
        return refusals;
    }

    /**
     * Sends requests that nfnetlink does all or none of.
     *
     * @param begin the message that opens the transaction; the kernel answers to it if the whole fails
     * @throws KernelRefused the first refusal, with the others suppressed in it; EMSGSIZE for more than one send holds
     */
    public void transact(Request begin, List<Request> requests, Request end) {
        List<Request> all = new ArrayList<>(requests.size() + 2);
        all.add(begin);
        all.addAll(requests);
        turn.lock();
        try (Buffers.Lease lease = Buffers.borrow()) {
            int first = sequence;
            ByteBuffer buffer = lease.buffer();
            if (write(all, 0, buffer) < all.size() || !append(end, buffer)) {
                throw new KernelRefused(attempt(begin), Errno.EMSGSIZE);
            }
            send(buffer, begin);
            List<Outcome> outcomes = new ArrayList<>(all.size());
            for (KernelRefused refusal : receiveOutcomes(new Sent(all, 0, all.size(), first, true), buffer)) {
                outcomes.add(new Outcome(begin.attempt(), refusal));
            }
            Outcome.requireAll(outcomes);
        } finally {
            turn.unlock();
        }
    }

    /**
     * Asks for one object.
     *
     * @param reader what to make of the answer; null says that it is none
     * @param absent the errors that mean that there is none
     */
    public <T> Optional<T> query(Request request, Function<Message, @Nullable T> reader, Errno... absent) {
        turn.lock();
        try (Buffers.Lease lease = Buffers.borrow()) {
            int expected = sequence;
            ByteBuffer buffer = lease.buffer();
            write(List.of(request), 0, buffer);
            send(buffer, request);
            List<T> found = new ArrayList<>(1);
            boolean[] complete = {false};
            while (!complete[0]) {
                receive(buffer, request);
                Message.forEach(buffer, message -> {
                    if (message.sequence() != expected) {
                        return;
                    }
                    if (message.type() != ERROR) {
                        T kept = reader.apply(message);
                        if (kept != null) {
                            found.add(kept);
                        }
                        return;
                    }
                    complete[0] = true;
                    Answer answer = Answer.ofError(message);
                    refuseUnless(answer, request, absent);
                });
            }
            return found.stream().findFirst();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Asks for all objects of a kind. Where the kernel says that they changed in between, it is asked again.
     *
     * @param reader what to keep of each message; null passes it over
     */
    public <T> List<T> dump(Request request, Function<Message, @Nullable T> reader) {
        turn.lock();
        try (Buffers.Lease lease = Buffers.borrow()) {
            for (int i = 0; i < DUMP_TRIES; i++) {
                List<T> all = new ArrayList<>();
                if (dumpOnce(request, lease.buffer().clear(), reader, all)) {
                    return all;
                }
            }
            throw new KernelRefused(attempt(request), Errno.EINTR.code(), "changed during each of 16 dumps");
        } finally {
            turn.unlock();
        }
    }

    private <T> boolean dumpOnce(
            Request request, ByteBuffer buffer, Function<Message, @Nullable T> reader, List<T> all) {
        int expected = sequence++;
        MessageWriter writer = new MessageWriter(buffer);
        writer.begin(request.type(), request.flags() | Request.NLM_F_REQUEST | Request.NLM_F_DUMP, expected);
        request.body().accept(writer);
        writer.end();
        send(buffer.flip(), request);
        boolean[] complete = {false};
        boolean[] consistent = {true};
        while (!complete[0]) {
            receive(buffer, request);
            Message.forEach(buffer, message -> {
                if (message.sequence() != expected) {
                    return;
                }
                consistent[0] &= (message.flags() & Request.NLM_F_DUMP_INTR) == 0;
                if (message.type() == DONE || message.type() == ERROR) {
                    complete[0] = true;
                    refuseUnless(message.type() == DONE ? Answer.ofDone(message) : Answer.ofError(message), request);
                    return;
                }
                T kept = reader.apply(message);
                if (kept != null) {
                    all.add(kept);
                }
            });
        }
        return consistent[0];
    }

    private void refuseUnless(Answer answer, Request request, Errno... absent) {
        if (answer.code() == 0) {
            return;
        }
        KernelRefused refusal = new KernelRefused(attempt(request), answer.code(), answer.text());
        if (!refusal.is(absent)) {
            throw refusal;
        }
    }

    private void send(ByteBuffer buffer, Request first) {
        KernelRefused.check(
                Sockets.send(descriptor.number(), buffer, Sockets.MSG_NOSIGNAL), () -> "send: " + attempt(first));
    }

    /** Fills the buffer with one datagram: position 0, limit its length. */
    private void receive(ByteBuffer buffer, Request request) {
        while (true) {
            buffer.clear();
            int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_TRUNC;
            int length = Sockets.receive(descriptor.number(), buffer, flags);
            if (length > buffer.capacity()) {
                throw new MalformedMessage("datagram of %d bytes in answer to: %s (expected: at most %d)"
                        .formatted(length, attempt(request), buffer.capacity()));
            }
            if (length >= 0) {
                buffer.limit(length).order(ByteOrder.nativeOrder());
                return;
            }
            if (length == -Errno.EAGAIN.code()) {
                awaitAnswer(request);
            } else if (length != -Errno.EINTR.code()) {
                KernelRefused.check(length, () -> "read the answer to: " + attempt(request));
            }
        }
    }

    private void awaitAnswer(Request request) {
        int ready = Libc.poll(PATIENCE_MILLIS, descriptor.number());
        if (ready == 0) {
            throw new KernelRefused("read the answer to: " + attempt(request), Errno.ETIMEDOUT);
        }
        if (ready < 0) {
            KernelRefused.check(ready, () -> "wait for the answer to: " + attempt(request));
        }
    }

    private String attempt(Request request) {
        return request.attempt().get() + " in netns " + where;
    }

    @Override
    public void close() {
        turn.lock();
        try {
            descriptor.close();
        } finally {
            turn.unlock();
        }
    }
}
