#!/bin/sh
# debs.sh MAKE SOURCE OUT: builds the Debian package in the directory SOURCE with MAKE in the place of /usr/bin/make, under fakeroot, and
# leaves its packages and what was printed in OUT. Packages that it needs are installed in a copy of this system that is thrown away.
set -e
if [ "$IN_COPY" = '' ]; then
    top=$(mktemp -d)
    export top IN_COPY=1
    trap 'rmdir "$top"' EXIT
    unshare -m sh -ec '
    mount -t tmpfs tmpfs "$top"
    mkdir "$top/files" "$top/work" "$top/tree"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$top/files,workdir=$top/work" "$top/tree"
    for dir in proc dev sys; do mount --rbind "/$dir" "$top/tree/$dir"; done
    mkdir -p "$top/tree/run/debs/out"
    mount --bind "$3" "$top/tree/run/debs/out"
    cp -R "$2" "$top/tree/run/debs/source"
    cp "$0" "$top/tree/run/debs/debs.sh"
    cp "$1" "$top/tree/run/debs/make"
    exec chroot "$top/tree" sh /run/debs/debs.sh' "$0" "$1" "$2" "$3"
    exit
fi

export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends fakeroot dpkg-dev > /run/debs/out/log 2>&1
apt-get build-dep -y -qq --no-install-recommends /run/debs/source > /run/debs/out/log 2>&1
cp /run/debs/make "$(readlink -f /usr/bin/make)"
cd /run/debs/source
export DEB_BUILD_OPTIONS='nocheck parallel=1' XDG_CACHE_HOME=/run/debs/cache
dpkg-buildpackage -b -uc -us -rfakeroot > /run/debs/out/log 2>&1 < /dev/null
cp ../*.deb /run/debs/out/
