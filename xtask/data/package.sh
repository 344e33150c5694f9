#!/bin/sh
# package.sh PACKAGE MODULE RELEASE: installs the Debian package in a copy of this system that is thrown away, takes its alternative for make,
# has DKMS build and install the module in MODULE for RELEASE with GNU make and twice with rkbuild, which the second time need not ask the compiler
# what it asked before, and removes the package again. What is written goes to memory.
set -e
if [ "$IN_COPY" = '' ]; then
    top=$(mktemp -d)
    export top IN_COPY=1
    trap 'rmdir "$top"' EXIT
    unshare -m sh -ec '
    mount -t tmpfs tmpfs "$top"
    mkdir "$top/files" "$top/work" "$top/tree" "$top/given"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$top/files,workdir=$top/work" "$top/tree"
    for dir in proc dev sys; do mount --rbind "/$dir" "$top/tree/$dir"; done
    mkdir -p "$top/tree/run/rkbuild"
    cp "$0" "$top/tree/run/rkbuild/package.sh"
    cp "$1" "$top/tree/run/rkbuild/rkbuild.deb"
    cp -R "$2" "$top/tree/run/rkbuild/module"
    exec chroot "$top/tree" sh /run/rkbuild/package.sh "$1" "$2" "$3"' "$0" "$1" "$2" "$3"
    exit
fi

release=$3
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
is() {
    found=$(make --version | head -n 1)
    case $(readlink -f /usr/bin/make) in
    "$1") ;;
    *) echo "/usr/bin/make leads to $(readlink -f /usr/bin/make), not $1"; exit 1 ;;
    esac
    case $found in
    GNU\ Make*) ;;
    *) echo "make says '$found'"; exit 1 ;;
    esac
}

# How many commands of the build before were given from recall. Where it ran is gone, and is only a name here.
commands_given() {
    mkdir /var/lib/dkms/hello/1.0/build
    cd /var/lib/dkms/hello/1.0/build
    rkbuild --last=json | sed -n 's/.*"commands_given":\([0-9]*\),.*/\1/p'
    cd /
    rmdir /var/lib/dkms/hello/1.0/build
}

# DKMS builds in a directory that is the same each time, so that what comes out can be compared.
build() {
    dkms add /run/rkbuild/module
    dkms build hello/1.0 -k "$release" || { cat /var/lib/dkms/hello/1.0/build/make.log; exit 1; }
    dkms install hello/1.0 -k "$release" --no-depmod
    dkms status hello | grep installed
    grep -E "LD \[M\]|MODPOST" /var/lib/dkms/hello/1.0/$release/*/log/make.log
    [ "$2" = '' ] || commands_given > "/run/rkbuild/$2"
    installed=$(find "/lib/modules/$release" -name 'hello.ko*')
    cp "$installed" "/run/rkbuild/$1"
    dkms remove hello/1.0 --all
    rm -rf /usr/src/hello-1.0
}

is /usr/bin/make
build by-make.ko
dpkg -i /run/rkbuild/rkbuild.deb
is /usr/bin/make.gnu
rkbuild --help | grep -q compile-commands
test -s /usr/share/bash-completion/completions/rkbuild
man -l /usr/share/man/man1/rkbuild.1.gz 2>/dev/null | grep -q RKBUILD || zcat /usr/share/man/man1/rkbuild.1.gz | grep -q '^.TH RKBUILD'
update-alternatives --set make /usr/bin/rkbuild
is /usr/bin/rkbuild
mkdir /run/rkbuild/cache
export XDG_CACHE_HOME=/run/rkbuild/cache
build by-rkbuild.ko first
build again.ko second
first=$(cat /run/rkbuild/first) second=$(cat /run/rkbuild/second)
echo "$first commands were given from recall in the first build, and $second in the second"
[ "$second" -gt "$first" ]
cmp /run/rkbuild/by-make.ko /run/rkbuild/again.ko
cmp /run/rkbuild/by-make.ko /run/rkbuild/by-rkbuild.ko
dpkg -r rkbuild
is /usr/bin/make
test ! -e /usr/bin/make.gnu
echo 'the package is as it should be'
