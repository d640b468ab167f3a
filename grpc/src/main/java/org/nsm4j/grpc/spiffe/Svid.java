package org.nsm4j.grpc.spiffe;
public record Svid(org.nsm4j.core.model.SpiffeId id, java.util.List<java.security.cert.X509Certificate> chain, java.security.PrivateKey key) {}
