package org.nsm4j.grpc.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import org.nsm4j.core.model.Opaque;

/** Fields that a newer version sent, carried through the model unread. */
final class Unknown {
    private Unknown() {}

    static Opaque of(Message message) {
        var fields = message.getUnknownFields();
        return fields.equals(UnknownFieldSet.getDefaultInstance()) ? Opaque.NONE : Opaque.of(fields.toByteArray());
    }

    static <B extends Message.Builder> B into(B builder, Opaque unknown) {
        if (!unknown.isEmpty()) {
            try {
                builder.setUnknownFields(UnknownFieldSet.parseFrom(unknown.bytes()));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("unknown fields: not as they were read", e);
            }
        }
        return builder;
    }
}
