package org.nsm4j.grpc.spiffe;
public record Identity(Svid svid, java.util.Map<String, java.util.Set<java.security.cert.X509Certificate>> bundles) {}
