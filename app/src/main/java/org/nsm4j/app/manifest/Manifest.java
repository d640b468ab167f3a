package org.nsm4j.app.manifest;

import java.util.List;
import org.nsm4j.app.admin.Item;

/**
 * What a file asks for.
 *
 * @param items in the file's order
 * @param warnings what is legal and yet probably not meant, each as {@code FILE:LINE: sentence}
 */
public record Manifest(List<Item> items, List<String> warnings) {
    public Manifest {
        items = List.copyOf(items);
        warnings = List.copyOf(warnings);
    }
}
