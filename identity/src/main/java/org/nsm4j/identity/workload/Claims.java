package org.nsm4j.identity.workload;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Claims of a token, parsed from JSON, as a protobuf structure. */
final class Claims {
    private Claims() {}

    static Struct of(Map<?, ?> object) {
        var struct = Struct.newBuilder();
        object.forEach((key, value) -> struct.putFields(String.valueOf(key), value(value)));
        return struct.build();
    }

    private static Value value(@Nullable Object value) {
        var result = Value.newBuilder();
        return switch (value) {
            case null -> result.setNullValue(NullValue.NULL_VALUE).build();
            case Boolean truth -> result.setBoolValue(truth).build();
            case Number number -> result.setNumberValue(number.doubleValue()).build();
            case Map<?, ?> object -> result.setStructValue(of(object)).build();
            case Collection<?> items -> {
                var list = ListValue.newBuilder();
                items.forEach(item -> list.addValues(value(item)));
                yield result.setListValue(list).build();
            }
            default -> result.setStringValue(String.valueOf(value)).build();
        };
    }
}
