#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout 900
# R17: memory stays flat: stats of a million entries, lookups of absent names, reads,
# refusals keep the driver within 16 MiB of idle.
. "$(dirname "$0")/lib.sh"
case $BPFMAPFS in */thread/*|*/address,*) skip "a sanitizer keeps memory of its own" ;; esac
N=${MEMORY_N:-1000000}
new_map m hash 4 8 "$N"
mt_map fill "$B/m" 0 "$N" 0
start || exit 1
pid=$(driver_pid)
ls "$MNT/m" | head -n1 > /dev/null
cat "$MNT/m/1" > /dev/null
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
idle=$(rss)
limit=$((16 * 1024))

# peak COMMAND...: sets most to the largest VmRSS in KiB while it runs.
peak() {
	local job now
	most=0
	"$@" > /dev/null 2> "$TMP/err" &
	job=$!
	while [ -e /proc/$job ]; do
		now=$(rss)
		[ "$now" -gt "$most" ] && most=$now
		sleep 0.2
	done
	wait "$job" || fail "$*" "no error" "$(head -n3 "$TMP/err")"
}
flat() { # flat MESSAGE COMMAND...
	local m=$1
	shift
	peak "$@"
	[ $((most - idle)) -le $limit ] && pass "$m" || fail "R17: $m" "at most $limit KiB above $idle" "$((most - idle)) KiB more"
}
flat "stats of one entry" mt_dir stat "$MNT/m/7" $((N / 5))
flat "a stat of each of a million entries" find "$MNT/m" -printf '%s'
flat "lookups of absent names" mt_dir absent "$MNT/m" $((N / 5))
flat "a listing of a million entries" ls -U "$MNT/m"
flat "lookups of absent pins" mt_dir absent "$MNT" $((N / 20))
flat "reads" eval 'find "$MNT/m" -type f | head -n 20000 | xargs cat'
flat "lines without end" eval 'for i in $(seq 20); do head -c 50000000 /dev/zero | tr "\0" 1 | dd bs=1M of="$MNT/m/1" 2>&1; done | grep -q records'
flat "rejected writes" perl -e 'open(F, ">", $ARGV[0]); for (1 .. 100000) { syswrite(F, "x\n") }' "$MNT/m/1"
[ "$(wc -l < "$MNT/.errors")" -le 10000 ] || fail "R17: .errors holds the last rejections" "at most 10000" "$(wc -l < "$MNT/.errors")"
check_eq "the driver's files" yes "$(until_true 60 fewer_fds_than 30 && echo yes)"
