package org.nsm4j.grpc.spiffe;
public interface IdentitySource extends AutoCloseable { Identity current(); AutoCloseable onChange(java.util.function.Consumer<Identity> l); void close(); }
