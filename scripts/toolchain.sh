# Read by ./nsm and ./dev, which set $top: finds the tools that they need, and decides who builds. POSIX sh.
# shellcheck disable=SC2034,SC2154 # used and set by them

PATH=$PATH:/usr/sbin:/sbin
NSM_LIB=$top/app/target/nsm/lib
NSM_AOT=$top/app/target/nsm/nsm.aot
NSM_STAMP=$top/target/built
# The detector samples buffers for leaks: for those who look for one.
NSM_JVM_FLAGS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Dio.netty.leakDetection.level=disabled"
# SIGUSR2 sets our log level (as upstream's programs have it), so the JVM's profiler has to stop threads by another signal.
_JAVA_SR_SIGNUM=50
export _JAVA_SR_SIGNUM

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# --- who builds: under sudo the one who typed it, where the clone is theirs; so nothing in it, or in ~/.m2, becomes root's
builder=
if [ "$(id -u)" = 0 ] && [ "$(stat -c %U "$top")" != root ]; then builder=${SUDO_USER:-}; fi
if [ "$builder" = root ]; then builder=; fi
builder_home=$(getent passwd "${builder:-$(id -u)}" | cut -d: -f6)
builder_home=${builder_home:-$HOME}

as_builder() {
    if [ -n "$builder" ]; then
        runuser -u "$builder" -- env HOME="$builder_home" USER="$builder" LOGNAME="$builder" "$@"
    else
        HOME=$builder_home "$@"
    fi
}

# --- the JDK
jdk_version() { # FOLDER: prints the feature version of the JDK there, or nothing
    [ -x "$1/bin/javac" ] || return 0
    if [ -f "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n '1s/.* version "\([0-9]*\).*/\1/p'
    fi
}

find_jdk() {
    jdks_seen=
    path_java=$(command -v java || :)
    for jdk in "${JAVA_HOME:-}" "${path_java:+$(dirname "$(dirname "$(readlink -f "${path_java:-/}")")")}" \
        /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*jdk* /usr/local/*jdk* \
        "$builder_home"/.sdkman/candidates/java/* "$builder_home"/.jdks/*; do
        [ -n "$jdk" ] || continue
        version=$(jdk_version "$jdk")
        [ -n "$version" ] || continue
        if [ "$version" -ge 25 ]; then JAVA_HOME=$jdk; export JAVA_HOME; return; fi
        jdks_seen="$jdks_seen $jdk ($version)"
    done
    die "no JDK 25 or later was found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks;$(
        [ -n "$jdks_seen" ] && echo " too old:$jdks_seen" || echo " there was none at all"))
  Get it:  sudo apt-get install openjdk-25-jdk-headless   (Debian 13 and later)
       or  https://adoptium.net/temurin/releases/?version=25, unpacked below /usr/lib/jvm
  If it is elsewhere: JAVA_HOME=/path/to/jdk ${0##*/} …  (with sudo: sudo JAVA_HOME=/path/to/jdk …)"
}

# --- Debian packages: need COMMAND PACKAGE, as often as wanted, then install_needed
packages_needed=
need() { command -v "$1" > /dev/null 2>&1 || packages_needed="$packages_needed $2"; }

install_needed() {
    [ -n "$packages_needed" ] || return 0
    command -v apt-get > /dev/null 2>&1 || die "missing, and this is not Debian: what its packages$packages_needed hold"
    [ "$(id -u)" = 0 ] || die "missing packages. Get them:  sudo apt-get install$packages_needed"
    say "installing Debian packages:$packages_needed"
    apt_log=$(mktemp)
    # shellcheck disable=SC2086 # a list of words
    if apt_install $packages_needed > "$apt_log" 2>&1 ||
        { apt-get -q update && apt_install $packages_needed; } >> "$apt_log" 2>&1; then
        rm -f "$apt_log"
        packages_needed=
    else
        tail -n 20 "$apt_log" >&2
        die "cannot install$packages_needed; the whole of what apt said is in $apt_log"
    fi
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "$@" < /dev/null
}

need_wireguard() { # the kernel's own, or the one that runs as a program
    [ -e /sys/module/wireguard ] || modprobe -q wireguard 2> /dev/null || need wireguard-go wireguard-go
}

# --- the program
built() { # the jars are there, and no source is newer
    [ -f "$NSM_STAMP" ] && [ -f "$NSM_LIB/nsm4j-app.jar" ] &&
        [ -z "$(find "$top"/pom.xml "$top"/*/pom.xml "$top"/*/src/main -newer "$NSM_STAMP" -print -quit)" ]
}

aot_usable() { [ -f "$NSM_AOT" ] && [ -z "$(find "$NSM_LIB" -newer "$NSM_AOT" -print -quit)" ]; }
