#!/bin/bash
# SPDX-License-Identifier: MIT
# R21: writing .tsv and .replace.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1

works ".tsv: lines" eval 'printf "1\t10\n2\t20\n0x3\t0x1e\n" > nums.tsv'
check_eq ".tsv: each line updates one entry" "10 20 30" "$(map_u nums 1) $(map_u nums 2) $(map_u nums 3)"
works ".tsv: more lines" eval 'printf "2\t21\n4\t40\n" > nums.tsv'
check_eq ".tsv: writing never deletes" "10 21 30 40" "$(map_u nums 1) $(map_u nums 2) $(map_u nums 3) $(map_u nums 4)"
works ".tsv: >>" eval 'printf "5\t50\n" >> nums.tsv'
check_eq ".tsv: >>" 50 "$(map_u nums 5)"
works ".tsv: += " eval 'printf "5\t+=7\n" > nums.tsv'
check_eq ".tsv: +=" 57 "$(map_u nums 5)"
check_eq ".tsv: a line is applied by the write that completes it" "3 $(le 8 60 | tr -d ' ') 4" \
	"$(mt_io nums.tsv o:w 'w:6\t6' "w:0\\n7" "!bpftool -j map lookup pinned $B/nums key hex $(le 4 6) | grep -o '\"value\":\\[\"0x[^]]*' | sed 's/.*\\[//; s/0x//g; s/[\",]//g'" 'w:\t70\n' c | sed -n '2p;4p;6p' | xargs)"
check_eq ".tsv: half lines" "60 70" "$(map_u nums 6) $(map_u nums 7)"
printf '8\t80' > nums.tsv
cat nums.tsv > /dev/null
check_eq "R21: an unterminated tail is applied by the last close" 80 "$(map_u nums 8)"
check_eq "R21: an unterminated tail waits" "none 90" "$(mt_io nums.tsv o:w 'w:9\t90' "!bpftool map lookup pinned $B/nums key hex $(le 4 9) >/dev/null 2>&1 || echo none" d c | sed -n 3p) $(cat nums/9)"
printf '9\t9x' > nums.tsv
check_eq "R21: a tail that is no line changes nothing" 90 "$(cat nums/9)"
check_like "R21: .errors says so" 'nums.tsv' "$(tail -n1 nums.errors)"

# A bad line.
put 1 nums.clear
a=$(mt_io nums.tsv o:w 'w:1\t1\n2\t2\n' 'w:3\t3\n4\tfour\n5\t5\n' 'w:6\t6\n' 'w:7\t7' c)
check_eq "R21: the write(2) of a bad line returns its errno, and later ones" "8 EINVAL EINVAL EINVAL 0" "$(sed 1d <<< "$a" | xargs)"
check_eq "R21: lines before it stay, none after it" "1 2 3 " "$(cut -f1 nums.tsv | sort -n | tr '\n' ' ')"
check_like "R21: .errors names the line" 'nums.tsv.*line 4' "$(grep -a 'line [0-9]' nums.errors | tail -n1)"
check_like "R21: .errors of the root too" 'nums.tsv.*line 4' "$(grep -a 'line 4' .errors | tail -n1)"
check_eq "R21: another fd is free of it" "0 4 0" "$(io nums.tsv o:w 'w:9\t9\n' c)"
bad() { # bad MAP ERRNO LINE
	local was
	was=$(cat "$1.tsv")
	check_eq "R21: '$3' is $2" "0 $2" "$(io "$1.tsv" o:w "w:$3\\n")"
	check_eq "R21: '$3' changes nothing" "$was" "$(cat "$1.tsv")"
}
bad nums EINVAL '1'
bad nums EINVAL '1 1'
bad nums EINVAL '1\t'
bad nums EINVAL '\t1'
bad nums EINVAL '1\t1\t1'
bad nums EINVAL '1\t1 1'
bad nums EINVAL 'x\t1'
bad nums EINVAL '4294967296\t1'
bad nums EINVAL '-1\t1'
bad nums ERANGE '1\t18446744073709551616'
bad nums ERANGE '1\t-1'
bad nums EINVAL '1\t1\x00'
bad nums EINVAL '1\x00\t1'
bad nums EINVAL '\xff\t1'
bad nums EINVAL '1\t\xff'
bad arr EINVAL '8\t1'
bad signs ERANGE '1\t32768'

# Structs: merged or replaced.
put "packets=1 bytes=2 last_seen=3" stats/1
works "R21: a line that names some leaves merges" eval 'printf "1\tbytes=20\n" > stats.tsv'
check_eq "R21: a line that names some leaves merges" "packets=1 bytes=20 last_seen=3" "$(cat stats/1)"
works "R21: an absent key is created" eval 'printf "2\tbytes=5\n" > stats.tsv'
check_eq "R21: its missing fields are 0" "packets=0 bytes=5 last_seen=0" "$(cat stats/2)"
works "R21: += in a line" eval 'printf "1\tpackets+=5\n1\tpackets+=5\n" > stats.tsv'
check_eq "R21: += in a line" "packets=11 bytes=20 last_seen=3" "$(cat stats/1)"
works "R21: a whole line after a part" eval 'printf "1\tbytes=1\n1\tpackets=7 bytes=8 last_seen=9\n1\tlast_seen=1\n" > stats.tsv'
check_eq "R21: lines apply in order" "packets=7 bytes=8 last_seen=1" "$(cat stats/1)"
works "a key's fields in another order" eval 'printf "proto=6,port=443,saddr=10.0.0.1,pad=0\tpackets=4\n" > conns.tsv'
check_eq "a key's fields in another order" $'saddr=10.0.0.1,port=443,proto=6,pad=0\tpackets=4 bytes=0 last_seen=0' "$(cat conns.tsv)"

# Full, frozen, arrays, per CPU.
a=$(mt_io few.tsv o:w 'w:1\t1\n2\t2\n3\t3\n4\t4\n5\t5\n' 'w:1\t9\n' c)
check_eq "a full map: the write says ENOSPC, and later ones" "ENOSPC ENOSPC" "$(sed -n '2p;3p' <<< "$a" | xargs)"
check_eq "a full map: lines before stay" "1 1 2 2 3 3" "$(sort few.tsv | xargs)"
check_like "a full map: .errors names the line" 'few.tsv.*line 4' "$(tail -n2 few.errors)"
works "an array" eval 'printf "7\t70\n0\t1\n" > arr.tsv'
check_eq "an array" "1 0 70" "$(map_u arr 0) $(map_u arr 1) $(map_u arr 7)"
works "per CPU: what is printed is read" eval 'printf "1\tcpu0=5\n2\t3\n" > cpus.tsv; cat cpus.tsv > "$TMP/c"; cat "$TMP/c" > cpus.tsv'
check_eq "per CPU" "total=5 cpu0=5|total=$((3 * CPUS)) cpu0=3" "$(cut -d' ' -f1,2 cpus/1)|$(cut -d' ' -f1,2 cpus/2)"
works "a trie" eval 'printf "10.1.0.0_16\t5\n10.0.0.0_8\t6\n" > trie.tsv'
check_eq "a trie" "2 05000000" "$(map_count trie) $(map_value trie "10 00 00 00 0a 01 00 00")"
works ".replace of a trie" eval 'printf "10.0.0.0_8\t7\n" > trie.replace'
check_eq ".replace of a trie" "10.0.0.0_8 7 1" "$(cat trie.tsv | xargs) $(map_count trie)"
works "values with a lock" eval 'printf "1\ta=5 b=6\n1\tb=7\n" > locks.tsv'
check_eq "values with a lock" "1 a=5 b=7" "$(cat locks.tsv | xargs)"
works ".frozen" put 1 few.frozen
check_eq "a frozen map" "EPERM" "$(io few.tsv o:w 'w:1\t9\n' | tr ' ' '\n' | tail -n1)"

# .replace
put 1 nums.clear
printf '1\t1\n2\t2\n3\t3\n' > nums.tsv
works ".replace" eval 'printf "2\t22\n4\t44\n" > nums.replace'
check_eq ".replace deletes what the text lacks" "2 22 4 44" "$(sort -n nums.tsv | xargs)"
check_eq ".replace, seen by bpftool" "2 none 22" "$(map_count nums) $(map_u nums 1) $(map_u nums 2)"
printf '2\t23\n5\t55' > nums.replace
check_eq ".replace: an unterminated tail counts" "2 23 5 55" "$(sort -n nums.tsv | xargs)"
a=$(mt_io nums.replace o:w 'w:7\t7\n' 'w:8\tx\n9\t9\n' 'w:9\t9\n' c)
check_eq "R21: .replace: a bad line" "4 EINVAL EINVAL 0" "$(sed 1d <<< "$a" | xargs)"
check_eq "R21: .replace deletes nothing after a rejected line" "2 23 5 55 7 7" "$(sort -n nums.tsv | xargs)"
printf '2\t2\n5\t5x' > nums.replace
check_eq "R21: nor after a tail that is rejected" "2 2 5 55 7 7" "$(sort -n nums.tsv | xargs)"
check_eq ".replace: deletes at the last close, not before" "3 1" \
	"$(mt_io nums.replace o:w 'w:2\t1\n' d "!cat nums.tsv | wc -l" c | sed -n 4p) $(cat nums.tsv | wc -l)"
wt_map fill "$B/stats" 5000
wt_map text 5000 | awk 'NR % 2' > "$TMP/half"
works ".replace: half of five thousand" eval 'cat "$TMP/half" > stats.replace'
check_eq ".replace: half of five thousand" "" "$(cat stats.tsv | sort -n | cmp - "$TMP/half" 2>&1)"
works ".replace: a key given twice" eval 'printf "1\t+=1\n1\t5\n1\t6\n" > nums.replace'
check_eq ".replace: a key given twice" "1 6" "$(cat nums.tsv | xargs)"
for m in lru cpus conns trie locks; do
	cat $m.tsv > "$TMP/$m"
	works ".replace of $m with itself" eval "cat '$TMP/$m' > $m.replace"
	check_eq ".replace of $m with itself" "$(cat "$TMP/$m")" "$(cat $m.tsv)"
done
fails_with ".replace is not for reading" "" cat nums.replace
cd /
