package org.nsm4j.grpc.wire;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import java.util.Random;

/** Messages with every field set at random, and at every level a field that nobody knows. */
final class RandomMessages {
    private final Random random;

    RandomMessages(long seed) {
        random = new Random(seed);
    }

    @SuppressWarnings("unchecked")
    <M extends Message> M next(M prototype) {
        return (M) filled(prototype.newBuilderForType()).build();
    }

    private Message.Builder filled(Message.Builder builder) {
        var type = builder.getDescriptorForType();
        if (type.getFullName().equals(Timestamp.getDescriptor().getFullName())) {
            return Timestamp.newBuilder().setSeconds(random.nextInt()).setNanos(random.nextInt(1_000_000_000));
        }
        for (var field : type.getFields()) {
            if (field.isMapField()) {
                addEntries(builder, field);
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    builder.addRepeatedField(field, value(builder, field));
                }
            } else {
                builder.setField(field, value(builder, field));
            }
        }
        return builder.setUnknownFields(UnknownFieldSet.newBuilder()
                .addField(
                        900 + random.nextInt(5),
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(random.nextLong())
                                .build())
                .build());
    }

    private void addEntries(Message.Builder builder, FieldDescriptor field) {
        for (int i = random.nextInt(4); i > 0; i--) {
            var entry = builder.newBuilderForField(field);
            var fields = entry.getDescriptorForType().getFields();
            entry.setField(fields.get(0), "key" + i);
            entry.setField(fields.get(1), value(entry, fields.get(1)));
            builder.addRepeatedField(field, entry.build());
        }
    }

    private Object value(Message.Builder parent, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt(0, 60);
            case LONG -> random.nextLong();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text(field);
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(random.nextInt(field.getEnumType().getValues().size()));
            case MESSAGE -> filled(parent.newBuilderForField(field)).build();
            case FLOAT, DOUBLE, BYTE_STRING -> throw new AssertionError(field + " (expected: none in these messages)");
        };
    }

    private String text(FieldDescriptor field) {
        return switch (field.getName()) {
            case "src_ip_addrs", "dst_ip_addrs", "excluded_prefixes", "extra_prefixes", "prefix" ->
                random.nextBoolean() ? address4() + "/" + random.nextInt(33) : address6() + "/" + random.nextInt(129);
            case "nextHop", "ip", "dns_server_ips" -> random.nextBoolean() ? address4() : address6();
            default -> Integer.toString(random.nextInt(), 36);
        };
    }

    private String address4() {
        return random.nextInt(1, 256) + "." + random.nextInt(256) + "." + random.nextInt(256) + "."
                + random.nextInt(256);
    }

    private String address6() {
        return switch (random.nextInt(3)) {
            case 0 -> "fd00::%x".formatted(random.nextInt(1, 0x10000));
            case 1 -> "2001:db8:%x::".formatted(random.nextInt(1, 0x10000));
            default -> "fd00:1:2:3:4:5:6:%x".formatted(random.nextInt(1, 0x10000));
        };
    }
}
