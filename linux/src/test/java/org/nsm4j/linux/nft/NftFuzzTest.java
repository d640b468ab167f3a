package org.nsm4j.linux.nft;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.nsm4j.linux.netlink.MalformedMessage;
import org.nsm4j.linux.netlink.Message;

class NftFuzzTest {
    @FuzzTest
    void any_datagram_of_nftables_is_read_or_called_malformed(byte[] bytes) {
        try {
            Message.forEach(ByteBuffer.wrap(bytes), message -> {
                LinkSetMessages.parse(message);
                NftMessages.parseElements(message);
            });
        } catch (MalformedMessage e) {
            // said, and nothing worse
        }
    }
}
