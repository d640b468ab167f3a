package org.nsm4j.app.admin;

import java.time.Duration;

/**
 * A node of the domain, as this one knows it.
 *
 * @param name its name
 * @param url where its manager is reached
 * @param ready whether it takes new connections
 * @param connections how many it has; 0 where that is unknown
 * @param endpoints how many are registered through it
 * @param clockOffset how far its clock is ahead of this node's; zero for this node
 */
public record NodeStatus(
        String name, String url, boolean ready, int connections, int endpoints, Duration clockOffset) {}
