package org.nsm4j.bench;

final class WireBench {
    WireBench(Site site, Figures figures) {}

    void run() {}
}
