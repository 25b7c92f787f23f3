#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# The forms of maps of maps: values are ids; what is printed can be written.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
inner_map in1
inner_map in2
new_map odd hash 8 8 16
maps_map arr array_of_maps 4 8
maps_map hash hash_of_maps 4 100
link_put arr 1 in1
link_put arr 6 in2
link_put hash 7 in2
one=$(map_id in1) two=$(map_id in2) tab=$'\t'
start || exit 1
cd "$MNT" || exit 1

check_eq ".tsv" "1$tab$one 6$tab$two" "$(cat arr.tsv | tr '\n' ' ' | sed 's/ $//')"
check_eq ".csv" "key,value 1,$one 6,$two" "$(cat arr.csv | xargs)"
check_eq ".json" "[{\"key\":1,\"value\":$one},{\"key\":6,\"value\":$two}]" "$(jq -c . arr.json)"
check_eq ".prom" "bpf_map_hash{key=\"7\"} $two" "$(grep -v '^#' hash.prom)"
check_eq ".count" "2 1" "$(cat arr.count hash.count | xargs)"
check_eq ".info" "type=array_of_maps" "$(grep '^type=' arr.info)"
check_like ".spec tells of the inner maps" 'type=array_of_maps .* inner=\{type=hash key_size=4 value_size=8 max_entries=16' "$(cat arr.spec)"
works ".spec can be written" eval 'cat arr.spec > arr2.spec'
works "and takes the same maps" ln -s ../in1 arr2/0
check_eq "and takes the same maps" "0 $one" "$(links arr2)"
works ".users" cat arr.users
works ".h" cat arr.h
check_eq ".raw" "$(le 4 "$one" | tr -d ' ')" "$(od -An -v -tx1 arr.raw/1 | tr -d ' \n')"
for form in peek pop mem events; do
	fails_with "R24: .$form" "not supported" cat "arr.$form"
done
fails_with "R24: .push" "not supported" put 1 arr.push

works "what .tsv shows can be written" eval 'cat arr.tsv > "$TMP/t"; cat "$TMP/t" > hash.tsv'
check_eq "what .tsv shows can be written" "1 $one 6 $two 7 $two" "$(links hash)"
printf '2\t../in1\n3\tid:%d\n4\t.id/%d\n5\t%s/in2\n0x0\t0x%x\n' "$one" "$two" "$B" "$two" > arr.tsv
check_eq "lines name maps as links do" "0 $two 1 $one 2 $one 3 $one 4 $two 5 $two 6 $two" "$(links arr)"
fails_with "R21: a bad line" "Invalid argument" eval 'printf "1\t../in2\n2\t../odd\n3\t../in2\n" > arr.tsv'
check_eq "R21: the lines before it stay" "0 $two 1 $two 2 $one 3 $one 4 $two 5 $two 6 $two" "$(links arr)"
check_like "R21: .errors names it" "line 2: .*key_size is 8, not 4" "$(cat arr.errors)"
fails_with "R21: no map" "No such file" put "1$tab../none" arr.tsv
fails_with "no sum of ids" "" put "1$tab+=1" arr.tsv
fails_with "no value" "Invalid argument" put "1$tab" arr.tsv
fails_with "no bytes" "" put "1$tab$one x" arr.tsv
printf '1\t%d\n2\t../in2' "$one" > arr.tsv
check_eq "R21: a line without end is taken at the close" "../.id/$two" "$(readlink arr/2)"
printf '0\t%d\n7\t../in1\n' "$one" > arr.replace
cat arr.count > "$TMP/count" # waits for the last close, as any request does
check_eq ".replace deletes the others" 2 "$(cat "$TMP/count")"
check_eq ".replace deletes the others" "0 $one 7 $one" "$(links arr)"
fails_with ".replace with a bad line" "No such file" put "1$tab../none" arr.replace
check_eq ".replace with a bad line deletes nothing" "0 $one 7 $one" "$(links arr)"

bytes() { printf '\\x%s' $(le 4 "$1"); }
works "root writes bytes" eval 'printf "$(bytes "$two")" > arr.raw/7'
works "into a free slot, too" eval 'printf "$(bytes "$two")" > arr.raw/3'
check_eq "root writes bytes" "0 $one 3 $two 7 $two" "$(links arr)"
fails_with "bytes that are no map's id" "No such file" eval 'printf "\377\377\377\377" > arr.raw/7'
fails_with "O_EXCL over one" "cannot overwrite existing file" bash -c 'set -C; printf x > arr.raw/7'
works "rm of a .raw entry" rm arr.raw/3
check_eq "rm of a .raw entry" "0 $one 7 $two" "$(links arr)"

fails_with "R22: an array cannot be drained" "not supported" cat arr.drain
check_eq "a hash can" "1$tab$one 6$tab$two 7$tab$two" "$(sort hash.drain | tr '\n' ' ' | sed 's/ $//')"
check_eq "and is empty then" "" "$(links hash)"
works ".clear" put 1 arr.clear
check_eq ".clear" "" "$(links arr)"
check_eq "no inner map was touched" "11 11" "$(map_u in1 1) $(map_u in2 1)"

# Many lines in a write wait for few grace periods, not for one each.
us() { # us COMMAND...: how long it takes
	local before=${EPOCHREALTIME/./}
	"$@" > /dev/null
	echo $((${EPOCHREALTIME/./} - before))
}
one_by_one() { for _ in {1..30}; do put "1$tab$one" hash.tsv; done; }
for i in {1..100}; do printf '%d\t%d\n' "$i" "$one"; done > "$TMP/many"
a_hundred() { cat "$TMP/many" > hash.tsv; }
faster() { # faster COMMAND: than thirty lines one by one, at least one time in five; sets peer and mine
	for _ in {1..5}; do
		a_hundred
		peer=$(us one_by_one) mine=$(us "$@")
		[ "$mine" -ge "$peer" ] || return 0
	done
	return 1
}
faster a_hundred && pass "lines at once" ||
	fail "a hundred lines at once take less time than thirty one by one" "less than $peer us" "$mine us"
check_eq "a hundred lines" 100 "$(cat hash.count)"
check_eq "a hundred lines, as the kernel has them" 100 "$(map_count hash)"
fails_with "one line too many" "No space left" put "101$tab$one" hash.tsv

faster put 1 hash.clear && pass "deleted at once" ||
	fail "a hundred are deleted faster, too" "less than $peer us" "$mine us"
check_eq "a hundred are deleted" 0 "$(map_count hash)"
cat "$TMP/many" > hash.tsv
put "50$tab$two" hash.replace
check_eq "all but one are deleted" 1 "$(cat hash.count)"
check_eq "all but one are deleted" "50 $two" "$(links hash)"

# Nothing keeps a map alive.
outer="$(map_id arr) $(map_id hash) $(map_id arr2)"
works "rm -r" rm -r hash arr arr2
rm "$B/in1" "$B/in2"
for id in $outer "$one" "$two"; do
	until_true 60 eval '! map_alive "$id"' && pass "no reference is left" ||
		fail "no reference is left" gone "$(bpftool map show id "$id")"
done
