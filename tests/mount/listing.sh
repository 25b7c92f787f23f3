#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R14: a listing ends, and has each key that stays exactly once, while others
# come and go; rewinddir, seekdir, tiny buffers.
. "$(dirname "$0")/lib.sh"
N=${LISTING_KEYS:-100000}
new_map big hash 4 8 $((2 * N))
new_map small hash 4 8 1000
new_map lru lru_hash 4 8 20000
new_map pch percpu_hash 4 8 4000
new_map arr array 4 8 5000
mt_map fill "$B/big" 0 "$N" 0
mt_map fill "$B/small" 0 500 0
mt_map fill "$B/lru" 0 5000 0
start || exit 1
once() { # once MESSAGE UPTO < names: 0..UPTO-1 each once
	local got
	got=$(awk -v n="$2" '$1 < n { seen[$1]++ } END { for (k = 0; k < n; k++) { if (!(k in seen)) miss++; if (seen[k] > 1) dup++ } print miss + 0 " missing " dup + 0 " twice" }')
	check_eq "R14: $1" "0 missing 0 twice" "$got"
}

mt_dir list "$MNT/big" 32768 | once "a large hash at rest" "$N"
mt_map churn "$B/big" "$N" $((N + N / 2)) &
ls -U "$MNT/big" | once "a large hash while keys change" "$N"
mt_dir list "$MNT/big" 280 | head -n 2000 | sort | uniq -d | wc -l | { read -r d; check_eq "R14: tiny buffers: no repeats" 0 "$d"; }
find "$MNT/big" -maxdepth 1 -type f -printf '%f\n' 2>/dev/null | once "find of a large hash while keys change" "$N"
kill %1
wait

mt_dir list "$MNT/small" 280 | once "tiny buffers" 500
mt_dir list "$MNT/small" 1048576 | once "huge buffers" 500
mt_dir rewind "$MNT/small" 3 | once "rewinddir" 500
for size in 300 1000 4096 32768; do
	mt_dir back "$MNT/small" $size > "$TMP/back" || fail "R14: seekdir inside a reply, buffers of $size" "the entry that follows" "$(tail -n1 "$TMP/back")"
	once "seekdir inside a reply, buffers of $size" 500 < "$TMP/back"
done
mt_map churn "$B/small" 500 900 &
for i in 1 2 3 4 5; do mt_dir list "$MNT/small" 400 | once "tiny buffers while keys change" 500; done
kill %1
wait
mt_map churn "$B/lru" 5000 6000 &
for i in 1 2 3; do ls -U "$MNT/lru" | once "an LRU hash while keys change" 5000; done
kill %1
wait
for k in $(seq 0 99); do echo "$k" > "$MNT/pch/$k"; done
ls -U "$MNT/pch" | once "a per-CPU hash" 100
mt_dir list "$MNT/arr" 500 | once "an array" 5000
# Each of these ends, whatever it finds.
mt_map churn "$B/small" 0 900 &
for c in "ls -lR" "find -delete" "grep -rc ." "rm -r" "cp -r"; do
	case $c in
	find*) timeout 100 find "$MNT/small" -type f -delete ;;
	cp*) timeout 100 cp -r "$MNT/small" "$TMP/copy" ;;
	*) timeout 100 $c "$MNT/small" ;;
	esac > /dev/null 2>&1
	check_ne "R14: $c of a map that never rests ends" 124 $?
done
kill %1
wait
check_eq "R14: deleted while it is listed" 0 "$(cd "$MNT/small" && find . -type f -delete; map_count small)"
ls "$MNT" "$MNT/.id" > /dev/null || fail "R14: other directories" listed error
mt_dir back "$MNT" 300 | sort | uniq -d | { read -r d; check_eq "R14: seekdir in the root" "" "${d:-}"; }
