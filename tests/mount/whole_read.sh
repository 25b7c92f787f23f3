#!/bin/bash
# SPDX-License-Identifier: MIT
# .tsv and the other streams for reading: the ordinary tools, R24's sizes and
# offsets, readers of every pace, and one that goes away.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1

mt_map fill "$B/nums" 0 60 100
seq 0 59 | awk '{ print $1 "\t" $1 + 100 }' > "$TMP/nums"
check_eq ".tsv: a line an entry" "$(cat "$TMP/nums")" "$(sort -n nums.tsv)"
check_eq ".tsv: awk -F'\\t'" $((60 * 100 + 59 * 30)) "$(awk -F'\t' '{ n += $2 } END { print n }' nums.tsv)"
check_eq ".tsv: column -t" 60 "$(column -t nums.tsv | grep -cE '^[0-9]+ +[0-9]+ *$')"
check_eq ".tsv: the names are those of the directory" "$(ls nums)" "$(cut -f1 nums.tsv | sort)"
check_eq ".tsv of an empty map" "" "$(cat stats.tsv)"
check_eq ".tsv of an array" "0 1 2 3 4 5 6 7" "$(cut -f1 arr.tsv | xargs)"

put "packets=1 bytes=2 last_seen=3" conns/saddr=10.0.0.1,port=443,proto=6,pad=0
check_eq ".tsv of structs" $'saddr=10.0.0.1,port=443,proto=6,pad=0\tpackets=1 bytes=2 last_seen=3' "$(cat conns.tsv)"
put 7 cpus/3
check_eq ".tsv per CPU is what the entry says" $'3\t'"$(cat cpus/3)" "$(cat cpus.tsv)"
put "packets=1 bytes=2 last_seen=3" cpustats/9
check_eq ".tsv of structs per CPU" $'9\t'"$(cat cpustats/9)" "$(cat cpustats.tsv)"

# R11: a name past 255 bytes is not shortened here.
key=$(hex_of "$(printf 'k%.0s' {1..399})" 400)
map_set longs "$key" "05 00 00 00"
check_eq "R11: .tsv never shortens" 399 "$(cut -f1 longs.tsv | tr -d '\n' | wc -c)"
check_eq "R11: the directory does" 255 "$(ls longs | tr -d '\n' | wc -c)"

# R24
for f in tsv csv json prom; do
	check_eq "R24: .$f is a stream: size 0" 0 "$(size nums.$f)"
	cat nums.$f > "$TMP/whole.$f"
	[ -s "$TMP/whole.$f" ] || fail ".$f reads" "text" "nothing"
	all=$(cat "$TMP/whole.$f")
	check_eq "R24: .$f: a read at 0 starts again" "0 $(head -c 20 "$TMP/whole.$f" | mt_io /dev/stdin o:r r:20 | tail -n1)" \
		"$(mt_io nums.$f o:r r:20 l:0 r:20 | sed -n '3p;4p' | xargs -d '\n')"
	check_eq "R24: .$f: a read elsewhere is ESPIPE" "7 ESPIPE" "$(mt_io nums.$f o:r r:20 l:7 r:20 | sed -n '3p;4p' | xargs)"
	check_eq "R24: .$f: past the end too" ESPIPE "$(mt_io nums.$f o:r R:100000:20 | tail -n1)"
	check_eq "R24: .$f: reading goes on after an ESPIPE" "$(mt_io "$TMP/whole.$f" o:r R:20:20 | tail -n1)" \
		"$(mt_io nums.$f o:r r:20 R:7:20 R:20:20 | tail -n1)"
	check_eq "R24: .$f: pread goes on where the last ended" "$(mt_io "$TMP/whole.$f" o:r R:0:30 R:30:30 | xargs -d '\n')" \
		"$(mt_io nums.$f o:r R:0:30 R:30:30 | xargs -d '\n')"
	for n in 1 7 512 4095 4096 65536 1048576; do
		wt_map gulp nums.$f $n | cmp -s - "$TMP/whole.$f" && pass ".$f in reads of $n bytes" ||
			fail ".$f in reads of $n bytes" "the same bytes" "others"
	done
	dd if=nums.$f bs=1 of="$TMP/dd" 2> "$TMP/err"
	cmp -s "$TMP/dd" "$TMP/whole.$f" && pass ".$f with dd bs=1" || fail ".$f with dd bs=1" "the same bytes" "$(cmp "$TMP/dd" "$TMP/whole.$f")"
	check_eq ".$f with cp" "$all" "$(cp nums.$f "$TMP/cp" && cat "$TMP/cp")"
	check_eq ".$f with tail" "$(tail -n1 "$TMP/whole.$f")" "$(tail -n1 nums.$f)"
	check_eq ".$f with head" "$(head -n2 "$TMP/whole.$f")" "$(head -n2 nums.$f)"
done
for f in spec info users count frozen h pin; do
	check_eq "R24: .$f has its exact size" "$(cat queue.$f | wc -c)" "$(size queue.$f)"
	check_ne "R24: .$f has text" 0 "$(cat queue.$f | wc -c)"
done
for f in tsv replace csv json prom drain spec users h; do
	works "R24: .$f of any map can be stat'ed" stat nums.$f arr.$f trie.$f
done
fails_with "R24: a form that the type lacks" "not supported" cat arr.drain
check_like "R24: the reason is in .errors" 'arr.drain' "$(tail -n1 arr.errors)"

# A larger map, in pieces of any size, by two readers at once.
wt_map fill "$B/stats" 5000
wt_map text 5000 > "$TMP/stats"
check_eq "five thousand entries" "" "$(cat stats.tsv | sort -n | cmp - "$TMP/stats" 2>&1)"
cat stats.tsv > "$TMP/a" &
wt_map gulp stats.tsv 333 > "$TMP/b"
wait $!
check_eq "two readers at once" "" "$(cmp "$TMP/a" "$TMP/b" 2>&1)"
for f in tsv csv json prom; do
	cat stats.$f > "$TMP/a"
	for n in 13 4096 100003 1048576; do
		wt_map gulp stats.$f $n | cmp -s - "$TMP/a" && pass ".$f in reads of $n bytes" ||
			fail "five thousand entries, .$f in reads of $n bytes" "the same bytes" "others"
	done
done

# A reader that goes away midway: all is freed, the map soon after its unpinning.
wt_map fill "$B/big" 200000
for f in tsv csv json prom; do cat nums.$f > /dev/null; done
for f in tsv csv json prom; do
	for i in 1 2 3; do head -c 1000 big.$f > /dev/null; done
	timeout 0.2 wt_map gulp big.$f 10 > /dev/null
done
id=$(map_id big)
rm "$B/big" || fail "the pin goes" "removed" "there"
dies "a map whose readers went away is free after its unpinning" "$id"
cd /
