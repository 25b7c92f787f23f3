# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What every script in this directory starts with: a mount namespace and a
# bpffs of its own, the driver mounted beside it, checks that count, and a
# clean end. The witness is bpftool: no check reads a map through the code
# under test alone.
#
#   $B    the private bpffs          $MNT  the driver's mount point
#   $TMP  scratch, removed at exit   $OBJ  the built BPF objects
#
# Environment: BPFMAPFS (the driver), OPTS (mount options for start),
# TOOLS and OBJ (where the built helpers are).

if [ "${MT_NAMESPACE:-}" != $$ ]; then
	[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
	[ -c /dev/fuse ] || { echo "skipped: no /dev/fuse"; exit 77; }
	MT_NAMESPACE=$$ exec unshare -m --propagation private bash "$0" "$@"
fi

set -u
umask 022
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
BPFMAPFS=${BPFMAPFS:-$ROOT/build/bpfmapfs}
TOOLS=${TOOLS:-$ROOT/build/tests/tools}
OBJ=${OBJ:-$ROOT/build/tests/bpf}
OPTS=${OPTS:-}
case $BPFMAPFS in /*) ;; *) BPFMAPFS=$PWD/$BPFMAPFS ;; esac
PATH=$TOOLS:$PATH
CPUS=$(mt_map cpus) || { echo "tests/tools are not built"; exit 1; }

TMP=$(mktemp -d "${TMPDIR:-/tmp}/bpfmapfs-test.XXXXXX")
B=$TMP/bpf MNT=$TMP/mnt
chmod 755 "$TMP"
mkdir "$B" "$MNT"
touch "$TMP/passed" "$TMP/failed"
mount -t bpf -o mode=0755 bpf "$B" || { rm -rf "$TMP"; exit 77; }

# A sanitizer's report goes to a file, as a daemon has no terminal.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$TMP/san"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}log_path=$TMP/san"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}log_path=$TMP/san:print_stacktrace=1"

# --- the driver ---------------------------------------------------------

# start [OPTIONS]: mounts $B at $MNT; the parent's exit says that it is there.
start() {
	local o=${1:-$OPTS}
	"$BPFMAPFS" ${o:+-o "$o"} "$B" "$MNT"
}

# driver_pid: the daemon of this script's mount, by the mount point in its
# arguments; empty when there is none.
driver_pid() {
	local f
	for f in $(grep -lzFx -- "$MNT" /proc/[0-9]*/cmdline 2>/dev/null); do
		f=${f%/cmdline}
		[ "$(cat "$f/comm" 2>/dev/null)" = bpfmapfs ] && echo "${f#/proc/}"
	done
}

# stop: unmounts, and the driver is gone soon after.
stop() {
	local p
	p=$(driver_pid)
	if grep -q " $MNT fuse" /proc/self/mounts; then
		umount "$MNT" 2>/dev/null || { sleep 0.3; umount "$MNT"; } ||
			{ fail "umount works" "unmounted" "busy"; umount -l "$MNT"; }
	fi
	[ -z "$p" ] || until_true 60 gone "$p" ||
		{ fail "the driver ends after umount" "gone" "pid $p is there"; kill -9 "$p"; }
}

gone() { [ ! -e "/proc/$1" ] || grep -q "^State:.Z" "/proc/$1/status" 2>/dev/null; } # a zombie waits for init alone

cleanup() {
	local status=$? j f
	trap - EXIT
	cd /
	for j in $(jobs -p); do kill "$j" 2>/dev/null; done
	wait 2>/dev/null
	stop
	for f in "$TMP"/san*; do
		[ -s "$f" ] && { fail "no sanitizer report" "none" "$(head -60 "$f")"; }
	done
	umount -l "$B"
	local passed failed
	passed=$(wc -l < "$TMP/passed") failed=$(wc -l < "$TMP/failed")
	rm -rf --one-file-system "$TMP"
	[ "$status" = 77 ] && exit 77
	echo "$passed checks passed, $failed failed"
	[ "$status" = 0 ] && [ "$failed" = 0 ]
	exit $? # without a status it would be that of before the trap
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

skip() { echo "skipped: $*"; exit 77; }

# --- checks -------------------------------------------------------------
# They count in files, as some run in the subshell of a pipe.

pass() {
	echo >> "$TMP/passed"
	[ -z "${V:-}" ] || echo "ok: $1"
}
fail() {
	echo >> "$TMP/failed"
	printf 'FAILED %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
}

# check_eq MESSAGE EXPECTED GOT
check_eq() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "$2" "$3"; fi; }
# check_ne MESSAGE UNWANTED GOT
check_ne() { if [ "$2" != "$3" ]; then pass "$1"; else fail "$1" "anything but $2" "$3"; fi; }
# check_like MESSAGE REGEX GOT
check_like() { if [[ $3 =~ $2 ]]; then pass "$1"; else fail "$1" "like $2" "$3"; fi; }

# works MESSAGE COMMAND...: exit status 0 and nothing on stderr. (The names are
# long for the sake of commands that are eval.)
works() {
	local message_=$1 out_ status_
	shift
	out_=$({ "$@" >/dev/null; } 2>&1); status_=$?
	check_eq "$message_" "status 0, no message" "status $status_, ${out_:-no message}"
}

# fails_with MESSAGE ERROR COMMAND...: not 0, and ERROR in what it prints.
fails_with() {
	local message_=$1 error_=$2 out_ status_
	shift 2
	out_=$({ "$@" >/dev/null; } 2>&1); status_=$?
	if [ $status_ != 0 ] && [[ $out_ == *"$error_"* ]]; then pass "$message_"
	else fail "$message_" "$error_" "status $status_, ${out_:-no message}"; fi
}

# absent MESSAGE PATH: stat says ENOENT, nothing else.
absent() { fails_with "$1" "No such file or directory" stat "$2"; }

# until_true SECONDS COMMAND...: polls, as nothing else tells.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

fewer_fds_than() { [ "$(ls "/proc/$(driver_pid)/fd" | wc -l)" -lt "$1" ]; }

# io PATH OP...: mt_io's answers, one a word.
io() { mt_io "$@" | tr '\n' ' ' | sed 's/ $//'; }

# put TEXT PATH, add TEXT PATH: as a shell user does; dput from dash.
put() { echo "$1" > "$2"; }
add() { echo "$1" >> "$2"; }
dput() { dash -c 'echo "$1" > "$2"' dash "$1" "$2"; }

size() { stat -c %s "$1"; }
mode() { stat -c %a "$1"; }
inode() { stat -c %i "$1"; }

# --- the witness --------------------------------------------------------

# le BYTES NUMBER: hex bytes in memory order of a little-endian machine.
le() {
	local i out=
	for ((i = 0; i < $1; i++)); do
		printf -v out '%s %02x' "$out" $((($2 >> (8 * i)) & 255))
	done
	echo "${out# }"
}

# hex_of TEXT [SIZE]: the bytes of a text, padded with NULs to SIZE.
hex_of() {
	local h
	h=$(printf %s "$1" | od -An -v -tx1 | tr -d '\n ')
	while [ ${#h} -lt $((2 * ${2:-0})) ]; do h=${h}00; done
	sed 's/../& /g; s/ $//' <<< "$h"
}

# map_value PIN HEX...: the value's bytes at a key, as hex without spaces, or
# "none"; a per-CPU map gives those of each CPU, parted by spaces.
map_value() {
	local pin=$1 out
	shift
	# shellcheck disable=SC2068
	out=$(bpftool -j map lookup pinned "$B/$pin" key hex $@ 2>/dev/null)
	out=$(grep -o '"value":\["0x[^]]*\]' <<< "$out" | sed 's/"value":\[//; s/0x//g; s/[]",]//g' |
		tr '\n' ' ' | sed 's/ $//')
	echo "${out:-none}"
}

# map_u PIN KEY [KEYSIZE]: the little-endian number at an integer key, or "none".
map_u() {
	local h
	h=$(map_value "$1" "$(le "${3:-4}" "$2")")
	[ "$h" = none ] && { echo none; return; }
	printf '%d\n' "0x$(sed 's/../& /g' <<< "$h" | tr ' ' '\n' | tac | tr -d '\n')"
}

# map_put PIN KEY VALUE: a u32 key and a u64 value, past the driver.
map_put() {
	# shellcheck disable=SC2046
	bpftool map update pinned "$B/$1" key hex $(le 4 "$2") value hex $(le 8 "$3") >/dev/null
}

map_del() {
	# shellcheck disable=SC2046
	bpftool map delete pinned "$B/$1" key hex $(le 4 "$2") >/dev/null
}

# map_set PIN KEYHEX VALUEHEX
map_set() {
	# shellcheck disable=SC2086
	bpftool map update pinned "$B/$1" key hex $2 value hex $3 >/dev/null
}

map_count() { bpftool -j map dump pinned "$B/$1" | grep -o '"key":\["0x' | wc -l; }
map_id() { bpftool -j map show pinned "$B/$1" | sed 's/.*"id":\([0-9]*\).*/\1/'; }
map_alive() { bpftool map show id "$1" >/dev/null 2>&1; }

# dies MESSAGE ID: the kernel frees the map, since nobody holds it any more.
map_gone() { ! map_alive "$1"; }
dies() {
	if until_true 60 map_gone "$2"; then pass "$1"; else fail "$1" "freed" "still there"; fi
}

# new_map PIN TYPE KEY VALUE ENTRIES [flags N]: a map without BTF.
new_map() {
	bpftool map create "$B/$1" type "$2" key "$3" value "$4" entries "$5" name "${1##*/}" "${@:6}"
}

# typed_maps: the maps of tests/bpf/mt_maps.bpf.c, pinned under their names.
typed_maps() { mt_load "$OBJ/mt_maps.bpf.o" "$B" || exit 1; }
