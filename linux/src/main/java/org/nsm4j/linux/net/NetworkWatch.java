package org.nsm4j.linux.net;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.netlink.Message;
import org.nsm4j.linux.netlink.NetlinkListener;
import org.nsm4j.linux.netns.OpenNetns;

/**
 * Tells of every change to a namespace, and to those that have an nsid in it: {@code ip monitor all-nsid}. It has a platform
 * thread of its own, because waiting in the kernel would hold a virtual thread's carrier, and keeps the namespace alive until
 * closed.
 */
public final class NetworkWatch implements AutoCloseable {
    private static final int[] GROUPS = {1, 5, 7, 9, 11, 28}; // link, IPv4 and IPv6 address and route, nsid
    private final NetlinkListener listener;
    private final Thread thread;

    private NetworkWatch(NetlinkListener listener, Thread thread) {
        this.listener = listener;
        this.thread = thread;
    }

    /**
     * Starts to tell. What happened before this returns is not told: start first, list afterwards.
     *
     * @param consumer called on the watch's thread, which waits for it; an exception ends the watch and goes to the thread's
     *     handler of uncaught exceptions
     */
    public static NetworkWatch start(OpenNetns netns, Consumer<NetworkEvent> consumer) {
        NetlinkListener listener = netns.inside(() -> NetlinkListener.open(netns.where(), GROUPS));
        Thread thread = Thread.ofPlatform()
                .name("network-watch " + netns.where())
                .daemon()
                .start(() -> listener.listen(new Teller(consumer)));
        return new NetworkWatch(listener, thread);
    }

    private record Teller(Consumer<NetworkEvent> consumer) implements NetlinkListener.Handler {
        @Override
        public void heard(int nsid, Message message) {
            NetworkEvent event = event(nsid, message);
            if (event != null) {
                consumer.accept(event);
            }
        }

        @Override
        public void lost() {
            consumer.accept(new NetworkEvent.Lost());
        }
    }

    static @Nullable NetworkEvent event(int nsid, Message message) {
        return switch (message.type()) {
            case Rtnetlink.NEWLINK, Rtnetlink.DELLINK -> {
                Link link = LinkMessages.parse(message);
                // A bridge speaks of its ports as links of family AF_BRIDGE; those are no links that come or go.
                if (link == null || message.payload().get(0) != 0) {
                    yield null;
                }
                yield message.type() == Rtnetlink.NEWLINK
                        ? new NetworkEvent.LinkChanged(nsid, link)
                        : new NetworkEvent.LinkGone(nsid, link);
            }
            case Rtnetlink.NEWADDR, Rtnetlink.DELADDR -> {
                Address address = AddressMessages.parse(message);
                if (address == null) {
                    yield null;
                }
                yield message.type() == Rtnetlink.NEWADDR
                        ? new NetworkEvent.AddressChanged(nsid, address)
                        : new NetworkEvent.AddressGone(nsid, address);
            }
            case Rtnetlink.NEWROUTE, Rtnetlink.DELROUTE -> {
                Route route = RouteMessages.parse(message);
                if (route == null) {
                    yield null;
                }
                yield message.type() == Rtnetlink.NEWROUTE
                        ? new NetworkEvent.RouteChanged(nsid, route)
                        : new NetworkEvent.RouteGone(nsid, route);
            }
            case Rtnetlink.DELNSID -> {
                Integer gone = NsidMessages.parse(message);
                if (gone == null) {
                    yield null;
                }
                yield new NetworkEvent.NamespaceGone(gone);
            }
            default -> null;
        };
    }

    /** Stops and waits until the consumer has returned; not to be called by the consumer. */
    @Override
    public void close() {
        listener.stop();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        listener.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
