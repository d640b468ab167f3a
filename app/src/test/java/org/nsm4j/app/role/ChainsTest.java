package org.nsm4j.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nsm4j.app.cli.Roles;

/** The order of each role's elements, which is the program; who changes it changes it here too. */
class ChainsTest {
    private final PaperRoles roles = new PaperRoles();

    @AfterEach
    void close() {
        roles.close();
    }

    @Test
    void the_whole_manager() {
        assertThat(roles.manager().describe()).isEqualTo("""
                        CountRequests
                        UpdatePath
                        LogEvents
                        UpdateToken
                        Authorize
                        ConnectionTable
                        KeepOwner
                        TurnAwayNewcomers
                        ReportTimes
                        ExpireStale
                        Monitor
                        NodeLabels
                        SelectForwarder
                        RelayEvents
                        CloseOnServiceChange
                        ExcludePrefixes
                        Dial
                        """);
    }

    @Test
    void the_whole_forwarder() {
        assertThat(roles.forwarder().describe()).isEqualTo("""
                        CountRequests
                        UpdatePath
                        LogEvents
                        UpdateToken
                        Authorize
                        ConnectionTable
                        KeepOwner
                        ReportTimes
                        ExpireStale
                        Monitor
                        SelectEndpoint
                        Drain
                        RelayEvents
                        LimitMtu
                        OfferMechanisms
                        RecordWire
                        WatchWire
                        PlugWire
                        Dial
                        """);
    }

    @Test
    void every_element_of_every_role_says_what_it_does() {
        for (var role : Roles.CHAINS) {
            assertThat(roles.elements(role))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(each -> assertThat(each.does()).as(each.name()).isNotEmpty());
        }
    }
}
