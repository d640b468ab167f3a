package org.nsm4j.linux.net;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;

class NetlinkFuzzTest {
    @FuzzTest
    void any_datagram_of_the_kernel_is_read_or_called_malformed(byte[] bytes) {
        try {
            Message.forEach(ByteBuffer.wrap(bytes), NetlinkFuzzTest::read);
        } catch (MalformedMessage e) {
            // said, and nothing worse
        }
    }

    private static void read(Message message) {
        switch (message.type()) {
            case Rtnetlink.NEWROUTE -> RouteMessages.parse(message);
            case Rtnetlink.NEWRULE -> RuleMessages.parse(message);
            case Rtnetlink.NEWNEIGH -> NeighbourMessages.parse(message);
            case Rtnetlink.NEWNSID -> NsidMessages.parse(message);
            default -> NetworkWatch.event(0, message);
        }
    }
}
