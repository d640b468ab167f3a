package org.nsm4j.bench;

final class StartBench {
    StartBench(Site site, Figures figures) {}

    void run() {}
}
