#!/bin/bash
# SPDX-License-Identifier: MIT
# What is printed can be written back and means the same bytes, for random
# bytes in maps of every shape: copied out, deleted, copied in again.
. "$(dirname "$0")/lib.sh"
typed_maps
new_map plain3 hash 3 5 64
new_map plain16 hash 16 16 64
new_map plainpc percpu_hash 8 12 64
new_map plainlru lru_hash 2 1 2048
start || exit 1
mkdir "$TMP/out"

for round in 1 2 3; do
	for pin in "$B"/*; do
		m=${pin##*/}
		# Frozen, no map, and R11: names that are cut find only what exists.
		case $m in *.debug | *rodata | use_globals | longk | key127) continue ;; esac
		mt_map random "$pin" 24 $round || fail "$m: fill" ok error
		mt_map dump "$pin" > "$TMP/before"
		rm -rf "$TMP/out/$m"
		mkdir "$TMP/out/$m"
		n=$(wc -l < "$TMP/before")
		check_eq "$m: lists what is there" "$n" "$(ls -A "$MNT/$m" | wc -l)"
		works "$m: copied out" cp -r "$MNT/$m/." "$TMP/out/$m/"
		echo 1 > "$MNT/$m.clear" || fail "$m.clear" ok error
		works "$m: copied in" eval 'cd "$TMP/out/$m" && cp -- * "$MNT/$m/"'
		mt_map dump "$pin" > "$TMP/after"
		cmp -s "$TMP/before" "$TMP/after" && pass "$m" ||
			fail "$m: the same bytes" "$(diff "$TMP/before" "$TMP/after" | grep '^<' | head -n2)" \
				"$(diff "$TMP/before" "$TMP/after" | grep '^>' | head -n2)"
		check_eq "$m: and the same text" "" "$(diff -r "$MNT/$m" "$TMP/out/$m" 2>&1 | head -n3)"
	done
done
