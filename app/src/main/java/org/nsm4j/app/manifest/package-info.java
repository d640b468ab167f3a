/**
 * Reads and writes what {@code nsm apply} takes: YAML or JSON in the shape of upstream's custom resources.
 *
 * <p>Start here: {@link org.nsm4j.app.manifest.ManifestReader}, {@link org.nsm4j.app.manifest.ManifestWriter}.
 *
 * <p>Threads: nothing here is shared; use each object on one thread.
 */
@NullMarked
package org.nsm4j.app.manifest;

import org.jspecify.annotations.NullMarked;
