#!/bin/bash
# SPDX-License-Identifier: MIT
# .tsv of a directory, and -o views=.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
mkdir "$B/app" "$B/app/deep"
new_map app/flat hash 4 8 16 flags 1
new_map app/deep/nums array 4 8 16
mt_map fill "$B/nums" 0 3 100
start || exit 1
cd "$MNT" || exit 1

check_eq ".tsv of a directory: one line a map" "$(find "$B" -type f -exec bpftool -j map show pinned {} \; 2> /dev/null | grep -c '"id"')" "$(wc -l < .tsv)"
check_eq ".tsv of a directory: eight columns" 8 "$(awk -F'\t' '{ print NF }' .tsv | sort -u)"
check_eq ".tsv: path id type name key_size value_size max_entries flags" "$(map_id app/flat) hash flat 4 8 16" \
	"$(awk -F'\t' '$1 ~ /app\/flat$/ { print $2, $3, $4, $5, $6, $7 }' .tsv)"
check_like ".tsv: flags" '^(no_prealloc|0x1|1)$' "$(awk -F'\t' '$1 ~ /app\/flat$/ { print $8 }' .tsv)"
check_eq ".tsv of a directory further down" "$(map_id app/flat) $(map_id app/deep/nums)" "$(awk -F'\t' '{ print $2 }' app/.tsv | sort -n | xargs)"
check_eq ".tsv: programs are not listed" "" "$(awk -F'\t' '$1 ~ /feed/' .tsv)"
check_eq ".tsv: each map once" "" "$(cut -f1 .tsv | sort | uniq -d)"
check_eq "R24: a directory's .tsv is a stream" 0 "$(size .tsv)"
check_eq ".tsv in small reads" "$(cat .tsv | cksum)" "$(wt_map gulp .tsv 9 | cksum)"
check_eq "column -t" "$(wc -l < .tsv)" "$(column -t -s "$(printf '\t')" .tsv | wc -l)"
works "a directory's forms can be stat'ed" stat .tsv .prom app/.tsv app/.prom
absent "an unknown form of a directory" .nothing
check_eq "forms are not listed" "" "$(find . ! -name . -name '*.*' ! -name README.txt)"
check_eq "find sees each entry once" 3 "$(find nums -type f | wc -l)"
rmdir app/deep 2> /dev/null && fail "rmdir of a directory with maps" "refused" "done"
cd /
stop

start views=json+prom || exit 1
cd "$MNT" || exit 1
check_eq "views: listed" "nums nums.json nums.prom" "$(ls | grep -E '^nums(\.|$)' | sort | xargs)"
check_eq "views: further down" "flat flat.json flat.prom" "$(ls app | grep flat | sort | xargs)"
check_eq "views: others are not listed" "" "$(ls -a | grep -E '\.(tsv|csv|info|spec|drain)$')"
check_eq "views: not within maps" "0 1 2" "$(ls nums | xargs)"
works "views: a glob" eval 'cat nums*.json | jq .'
works "R15: rm of a listed form succeeds" rm nums.json
works "R15: rm of a listed form does nothing" cat nums.json
check_eq "R15: rm of a listed form does nothing" 3 "$(map_count nums)"
fails_with "R15: rm of one that is not listed" "not permitted" rm -f nums.info
works "cp -r of the tree with views" cp -r app "$TMP/copy"
check_eq "cp -r of the tree with views" "[]" "$(jq -c . "$TMP/copy/flat.json")"
mkdir "$B/old"
new_map old/m hash 4 8 4
works "rm -r of a directory with views" rm -r old
absent "rm -r of a directory with views" "$B/old"
cd /
stop
for v in tsv_ drain nosuch replace json+nosuch '' json+; do
	"$BPFMAPFS" -o "views=$v" "$B" "$MNT" 2> "$TMP/err" && { fail "views=$v is refused at mount" "a message" "mounted"; umount "$MNT"; continue; }
	check_ne "views=$v is refused at mount, and says so" "" "$(cat "$TMP/err")"
done
start views=tsv+csv+json+prom+info+spec+count+h || exit 1
check_eq "views: all of them" "nums nums.count nums.csv nums.h nums.info nums.json nums.prom nums.spec nums.tsv" \
	"$(ls "$MNT" | grep -E '^nums(\.|$)' | sort | xargs)"
stop
