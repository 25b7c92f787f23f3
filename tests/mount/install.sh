#!/bin/bash
# SPDX-License-Identifier: MIT
# make install: what it puts where, that it writes nothing else, and that what
# it installs works from there.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-$PWD/build}
TMP=$(mktemp -d "${TMPDIR:-/tmp}/bpfmapfs-install.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' EXIT
bad=0

check() { # WHAT EXPECTED GOT
	[ "$2" = "$3" ] && return
	bad=1
	printf 'FAILED %s\n%s\n' "$1" "$(diff <(echo "$2") <(echo "$3"))"
}

installed() { # DESTDIR: type, permissions, path and target of what is there
	(cd "$1" && find . ! -type d -printf '%y %m %P %l\n' | sed 's/ $//' | sort -k3)
}

# install_to DESTDIR PREFIX: in a namespace where all but DESTDIR is read-only.
install_to() {
	mkdir -p "$1"
	DESTDIR=$1 PREFIX=$2 VERSION=1.2.3 BUILD=$build unshare -m --propagation private bash -c '
		mount --bind "$DESTDIR" "$DESTDIR" && mount --bind "$PWD" "$PWD" && cd "$PWD" &&
		mount -o remount,bind,ro . && mount -o remount,bind,ro / && exec tests/install-files'
}

umask 077
install_to "$TMP/local" /usr/local || { echo "FAILED install to a DESTDIR"; bad=1; }
check "list of files" "$(sort -k3 <<LIST
l 777 sbin/mount.bpfmapfs /usr/local/sbin/mount.bpfmapfs
l 777 sbin/mount.fuse.bpfmapfs /usr/local/sbin/mount.bpfmapfs
f 755 usr/local/bin/bpfmapfs
f 644 usr/local/include/bpfmap.h
f 644 usr/local/lib/libbpfmap.a
l 777 usr/local/lib/libbpfmap.so libbpfmap.so.0
f 644 usr/local/lib/libbpfmap.so.0
f 644 usr/local/lib/pkgconfig/bpfmap.pc
f 755 usr/local/sbin/mount.bpfmapfs
l 777 usr/local/sbin/mount.fuse.bpfmapfs mount.bpfmapfs
f 644 usr/local/share/doc/bpfmapfs/examples/fstab
f 644 usr/local/share/doc/bpfmapfs/examples/run-bpfmaps.automount
f 644 usr/local/share/doc/bpfmapfs/examples/run-bpfmaps.mount
f 644 usr/local/share/man/man3/bpfmap.3
f 644 usr/local/share/man/man5/bpfmapfs.5
f 644 usr/local/share/man/man8/bpfmapfs.8
f 644 usr/local/share/man/man8/mount.bpfmapfs.8
LIST
)" "$(installed "$TMP/local")"
check "directories can be entered" "" "$(find "$TMP/local" -mindepth 1 -type d ! -perm 755)"

install_to "$TMP/usr" /usr || { echo "FAILED install with PREFIX=/usr"; bad=1; }
check "PREFIX=/usr: nothing in /sbin" "" "$(find "$TMP/usr" -mindepth 1 -maxdepth 1 ! -name usr)"
check "PREFIX=/usr: the helper" "f 755 sbin/mount.bpfmapfs" \
	"$(installed "$TMP/usr/usr" | grep ' sbin/mount.bpfmapfs')"

install_to "$TMP/local" /usr/local || { echo "FAILED a second install over the first"; bad=1; }

system=$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_LIBDIR=$TMP/local/usr/local/lib/pkgconfig:$system
check "pkg-config: version" 1.2.3 "$(pkg-config --modversion bpfmap)"
check "pkg-config: prefix" /usr/local "$(pkg-config --variable prefix bpfmap)"

# A program built against what was installed, with the .so and with the .a. (A
# sanitized library would want its runtime in the program.)
cat > "$TMP/use.c" <<'CODE'
#include <bpfmap.h>
#include <linux/bpf.h>
#include <string.h>
int main(void) { return !!strcmp(bpfmap_type_name(BPF_MAP_TYPE_HASH), "hash"); }
CODE
use_with() { # PKG-CONFIG OPTION
	local flags
	flags=$(pkg-config --define-variable=prefix="$TMP/local/usr/local" --cflags --libs $1 bpfmap)
	# shellcheck disable=SC2086
	gcc -Wall -Werror -o "$TMP/use" "$TMP/use.c" $flags &&
		LD_LIBRARY_PATH=$TMP/local/usr/local/lib "$TMP/use"
	check "a program with the library ($1)" 0 $?
}
# The header is C++ too; clang comes with the compiler of the BPF programs.
printf '#include <bpfmap.h>\nint types() { return bpfmap_has_type(1); }\n' > "$TMP/use.cc"
clang -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I "$TMP/local/usr/local/include" "$TMP/use.cc"
check "bpfmap.h in C++" 0 $?

needed() { readelf -d "$TMP/use" | sed -n 's/.*NEEDED.*\[\(libbpfmap.*\)\]/\1/p'; }
if [ "$build" = "$PWD/build" ]; then
	use_with ""
	check "the soname" libbpfmap.so.0 "$(needed)"
	rm "$TMP/local/usr/local/lib/"*.so*
	use_with --static
	check "linked statically" "" "$(needed)"
fi

# The installed helper finds the driver of its own PREFIX, whatever PATH says.
mounted=$(unshare -m --propagation private bash -c '
	cd "$0" && mkdir bpf dir && mount -t bpf bpf bpf && mkdir bpf/sub &&
	PATH=/usr/bin:/bin local/usr/local/sbin/mount.bpfmapfs "$0/bpf" "$0/dir" -v &&
	stat -f -c %T dir && stat -c %F dir/sub && umount dir' "$TMP" 2>&1)
check "the helper uses the driver of its PREFIX" "mount.bpfmapfs: $TMP/dir: \
$TMP/local/usr/local/sbin/../bin/bpfmapfs $TMP/bpf $TMP/dir
fuseblk
directory" "$mounted"

[ $bad = 0 ]
