#!/bin/bash
# SPDX-License-Identifier: MIT
# R13 and R5: values per CPU.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
last=$((CPUS - 1))
each() { local i; for ((i = 0; i < CPUS; i++)); do printf '%s ' "$(eval "echo $1")"; done | sed 's/ $//'; }
lines() { sed 's/ /\n/g'; }
words() { map_value "$1" "$(le 4 "$2")"; }

for m in pch lrupc pca; do
	works "$m: a bare value sets every CPU" put 3 "$MNT/$m/1"
	check_eq "$m: a bare value sets every CPU" "$(each 0300000000000000)" "$(words $m 1)"
	check_eq "$m: reads" "total=$((3 * CPUS)) $(each 'cpu$i=3')" "$(cat "$MNT/$m/1")"
	works "$m: cpuN sets one" put cpu0=40 "$MNT/$m/1"
	check_eq "$m: cpuN sets one" "total=$((40 + 3 * last)) cpu0=40" "$(cut -d' ' -f1,2 "$MNT/$m/1")"
	works "$m: += on one" put cpu0+=2 "$MNT/$m/1"
	check_eq "$m: += on one" "cpu0=42" "$(cut -d' ' -f2 "$MNT/$m/1")"
	works "$m: what is printed can be written" eval 'cp "$MNT/$m/1" "$TMP/v" && cp "$TMP/v" "$MNT/$m/2"'
	check_eq "$m: what is printed can be written" "$(words $m 1)" "$(words $m 2)"
	works "$m: total is ignored beside cpuN" put "total=99999 cpu0=1" "$MNT/$m/1"
	check_eq "$m: total is ignored beside cpuN" "total=$((1 + 3 * last)) cpu0=1" "$(cut -d' ' -f1,2 "$MNT/$m/1")"
	fails_with "$m: total alone" "Invalid argument" put total=5 "$MNT/$m/1"
	fails_with "$m: a CPU past the last" "Invalid argument" put cpu$CPUS=5 "$MNT/$m/1"
	fails_with "$m: a CPU twice" "Invalid argument" put "cpu0=5 cpu0=5" "$MNT/$m/1"
	check_eq "$m: refused, nothing changed" "total=$((1 + 3 * last)) cpu0=1" "$(cut -d' ' -f1,2 "$MNT/$m/1")"
done
works "cpuN on a new key: the others are 0" put cpu$last=8 "$MNT/pch/9"
check_eq "cpuN on a new key: the others are 0" "total=8" "$(cut -d' ' -f1 "$MNT/pch/9")"
works "touch" touch "$MNT/pch/10"
check_eq "touch is zero on every CPU" "$(each 0000000000000000)" "$(words pch 10)"
works "rm" rm "$MNT/pch/10"
check_eq "rm" "" "$(words pch 10 | grep -v none)"

put -5 "$MNT/pch32/1"
check_eq "a total is signed where the leaf is" "total=$((-5 * CPUS)) $(each 'cpu$i=-5')" "$(cat "$MNT/pch32/1")"
put 2147483647 "$MNT/pch32/1"
check_eq "a total has 64 bits" "total=$((2147483647 * CPUS))" "$(cut -d' ' -f1 "$MNT/pch32/1")"

s=$MNT/pchs/1
works "a struct: fields set every CPU" put "packets=1 bytes=2 last_seen=3" "$s"
check_eq "a struct: totals by field" $((2 * CPUS)) "$(lines < "$s" | sed -n 's/^total.bytes=//p')"
check_eq "a struct: fields by CPU" 3 "$(lines < "$s" | sed -n "s/^cpu$last.last_seen=//p")"
check_eq "a struct: its fields in order" "total.packets total.bytes total.last_seen cpu0.packets" \
	"$(lines < "$s" | cut -d= -f1 | head -n4 | xargs)"
works "a struct: one field of one CPU" put "cpu$last.bytes=50" "$s"
check_eq "a struct: one field of one CPU" "50 $((50 + 2 * last))" \
	"$(lines < "$s" | sed -n "s/^cpu$last.bytes=//p") $(lines < "$s" | sed -n 's/^total.bytes=//p')"
works "a struct: one field of every CPU" put "bytes=7" "$s"
check_eq "a struct: one field of every CPU" "$((7 * CPUS)) $((3 * CPUS))" \
	"$(lines < "$s" | sed -n 's/^total.bytes=//p') $(lines < "$s" | sed -n 's/^total.last_seen=//p')"
works "a struct: cp" eval 'cp "$s" "$TMP/v" && cp "$TMP/v" "$MNT/pchs/2"'
check_eq "a struct: cp" "$(words pchs 1)" "$(words pchs 2)"
check_eq "sizes are exact" "$(wc -c < "$s")" "$(size "$s")"
check_eq "a listing of a per-CPU map" "1 2" "$(ls "$MNT/pchs" | sort | xargs)"
check_eq "a listing of a per-CPU array" "0 1 2 3" "$(ls "$MNT/pca" | xargs)"
