package org.nsm4j.identity.attest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ControlGroupTest {
    @Test
    void takes_the_unified_hierarchy_before_the_former_ones() {
        assertThat(ControlGroup.of("1:name=systemd:/a\n0::/system.slice/web.service\n"))
                .isEqualTo("/system.slice/web.service");
    }

    @Test
    void falls_back_to_systemd_and_pids_where_the_unified_one_is_only_the_root() {
        assertThat(ControlGroup.of("9:name=systemd:/a\n8:pids:/b\n4:memory:/c\n0::/\n"))
                .isEqualTo("/a");
        assertThat(ControlGroup.of("9:name=systemd:/\n8:pids:/b\n4:memory:/c\n0::/\n"))
                .isEqualTo("/b");
    }

    @Test
    void matches_one_part_by_one_star_and_any_by_two() {
        var one = ControlGroup.pattern("/system.slice/docker-*.scope");
        assertThat(one.matcher("/system.slice/docker-12.scope").matches()).isTrue();
        assertThat(one.matcher("/system.slice/docker-12/x.scope").matches()).isFalse();
        assertThat(one.matcher("/user.slice/system.slice/docker-12.scope").matches())
                .isFalse();
        assertThat(one.matcher("/systemXslice/docker-12.scope").matches()).isFalse();
        var any = ControlGroup.pattern("/kubepods/**");
        assertThat(any.matcher("/kubepods/burstable/pod1/abc").matches()).isTrue();
        assertThat(any.matcher("/kubepods").matches()).isFalse();
    }
}
