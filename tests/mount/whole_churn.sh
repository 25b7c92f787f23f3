#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R14, R21: whole-map forms of a map that others change as fast as they can.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
new_map busy hash 4 8 4096
new_map busylru lru_hash 4 8 65536
new_map swapa hash 4 8 64
new_map swapb hash 4 8 64
bpftool map create "$B/swapped" type hash key 4 value 8 entries 64 name first
for m in busy busylru; do mt_map fill "$B/$m" 0 1000 0; done
start || exit 1
cd "$MNT" || exit 1

# Keys that stay come exactly once; a dump ends; what comes is whole.
for m in busy busylru; do
	timeout 60 mt_map churn "$B/$m" 1000 2000 &
	churner=$!
	for i in 1 2 3 4 5 6 7 8; do
		timeout 60 cat $m.tsv > "$TMP/tsv" || fail "R14: .tsv of $m ends" "status 0" "status $?"
		check_eq "R14: $m.tsv: keys that stay come exactly once" 1000 "$(awk -F'\t' '$1 < 1000' "$TMP/tsv" | sort -u | wc -l)"
		check_eq "R14: $m.tsv: no key twice" "" "$(awk -F'\t' '$1 < 1000 { print $1 }' "$TMP/tsv" | sort | uniq -d | head -n3)"
		check_eq "R14: $m.tsv: values belong to their keys" "" "$(awk -F'\t' '$1 != $2' "$TMP/tsv" | head -n3)"
		timeout 60 cat $m.json > "$TMP/json" || fail "R14: .json of $m ends" "status 0" "status $?"
		check_eq "R25: $m.json is valid meanwhile" "1000" "$(python3 -c 'import json, sys; print(sum(e["key"] < 1000 for e in json.load(open(sys.argv[1]))))' "$TMP/json")"
		check_eq "R26: $m.csv is whole meanwhile" "" "$(timeout 60 cat $m.csv | awk -F, 'NF != 2' | head -n3)"
	done
	kill $churner 2> /dev/null
	wait $churner 2> /dev/null
done

# Writers of different keys, by lines of different fields, all at once.
wt_map fill "$B/stats" 2000
awk 'BEGIN { for (k = 0; k < 1000; k++) print k "\tpackets=1 bytes=2 last_seen=3" }' > "$TMP/low"
awk 'BEGIN { for (k = 1000; k < 2000; k++) print k "\tpackets=1"; for (k = 1000; k < 2000; k++) print k "\tbytes+=1" }' > "$TMP/high"
for i in 1 2 3; do cat "$TMP/low" > stats.tsv & done
for i in 1 2 3 4 5; do cat stats.json > "$TMP/json.$i" & done
cat "$TMP/high" > stats.tsv
wait
check_eq "writers at once: whole lines" 1000 "$(cat stats.tsv | awk '$1 < 1000 && $2 == "packets=1" && $3 == "bytes=2" && $4 == "last_seen=3"' | wc -l)"
check_eq "writers at once: fields" "" "$(cat stats.tsv | awk -F'[\t =]' '$1 >= 1000 && ($3 != 1 || $5 != $1 * 1000003 + 1)' | head -n3)"
for i in 1 2 3 4 5; do
	check_eq "readers meanwhile: .json is valid" 2000 "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$TMP/json.$i")"
done
# .replace while others read.
awk 'NR % 2' "$TMP/low" > "$TMP/odd"
for i in 1 2 3 4; do
	cat stats.tsv > "$TMP/r.$i" &
	cat "$TMP/odd" > stats.replace
	wait $!
	check_eq ".replace while another reads" 500 "$(cat stats.count)"
	cat "$TMP/low" > stats.tsv
done

# R17: a form never shows one map's entries under another's name, however often the pin is replaced.
mt_map fill "$B/swapa" 0 60 0
mt_map fill "$B/swapb" 1000 1060 0
timeout 100 mt_map swap "$B" swapa swapb swapped &
swapper=$!
for i in $(seq 60); do
	cat swapped.tsv 2> /dev/null | awk '{ n[$1 >= 1000]++ } END { print n[0] + 0, n[1] + 0 }'
done | sort | uniq -c > "$TMP/swaps"
kill $swapper 2> /dev/null
wait $swapper 2> /dev/null
check_eq "R17: all entries are of one map" "" "$(awk '!(($2 == 60 && $3 == 0) || ($2 == 0 && $3 == 60) || ($2 == 0 && $3 == 0))' "$TMP/swaps")"
cd /
