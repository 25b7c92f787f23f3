#!/bin/bash
# SPDX-License-Identifier: MIT
# R1: sizes, snapshots, times; what readers of any habit see.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 4096
map_put m 1 5
map_put m 2 18446744073709551615
start || exit 1
e=$MNT/m/1

check_eq "R1: a value is one line" 5 "$(cat "$e")"
check_eq "R1: st_size is the exact length" 2 "$(size "$e")"
check_eq "R1: st_size is the exact length" 21 "$(size "$MNT/m/2")"
check_eq "no BTF: 8 bytes are unsigned decimal" 18446744073709551615 "$(cat "$MNT/m/2")"
map_put m 1 123456
check_eq "R1: the size is never old" 7 "$(size "$e")"
check_eq "R1: nothing is cached" 123456 "$(cat "$e")"

check_eq "R1: one lookup serves a sequential read" "0 [12] 0 [3456\n] []" \
	"$(io "$e" o:r r:2 "!bpftool map update pinned $B/m key hex 01 00 00 00 value hex 01 00 00 00 00 00 00 00" r:9 r:9)"
check_eq "R1: a read at offset 0 is fresh" "0 [1\n] 0 [2\n] [2\n]" \
	"$(io "$e" o:r r:9 "!bpftool map update pinned $B/m key hex 01 00 00 00 value hex 02 00 00 00 00 00 00 00" R:0:9 R:0:9)"
check_eq "R1: and after lseek to 0" "0 [2\n] 0 0 [3\n] []" \
	"$(io "$e" o:r r:9 "!bpftool map update pinned $B/m key hex 01 00 00 00 value hex 03 00 00 00 00 00 00 00" l:0 r:9 r:9)"
check_eq "R1: pread inside the snapshot" "0 [3\n] [\n] []" "$(io "$e" o:r R:0:9 R:1:9 R:2:9)"
map_put m 1 1234
check_eq "R1: fstat while open tells the snapshot's length" "0 5 0 5" \
	"$(io "$e" o:r s "!bpftool map update pinned $B/m key hex 01 00 00 00 value hex 01 00 00 00 00 00 00 00" s)"
check_eq "R1: once closed, the live length" 2 "$(size "$e")"
map_put m 9 1
check_eq "R1: a deleted entry, read at offset 0" "0 [1\n] 0 ENOENT" \
	"$(io "$MNT/m/9" o:r r:9 "!bpftool map delete pinned $B/m key hex 09 00 00 00" R:0:9)"

for how in "cat" "head -n1" "tail -n1" "tail -c5" "grep ." "awk {print}" "sed p -n" "sort" "cut -c1-99" \
	"dd status=none bs=1 if=/dev/stdin" "dd status=none bs=3 if=/dev/stdin"; do
	map_put m 1 1234
	check_eq "$how of an entry" 1234 "$($how < "$e")"
done
check_eq "cat of a name" 1234 "$(cat "$e")"
check_eq "dd bs=1 of a name" 1234 "$(dd status=none bs=1 if="$e")"
check_eq "grep of a name" "$e:1234" "$(grep -H . "$e")"
check_eq "bash reads it" 1234 "$(< "$e")"
check_eq "dash reads it" 1234 "$(dash -c 'read x < "$0"; echo $x' "$e")"
works "test -s" test -s "$e"
works "cmp with itself" cmp "$e" "$e"
cp "$e" "$TMP/copy"
check_eq "cp out of the mount" 1234 "$(cat "$TMP/copy")"
check_eq "wc -c" 5 "$(wc -c < "$e")"

began=$(stat -c %Z "$MNT/README.txt")
check_eq "R1: ctime is the time of the mount" "$began" "$(stat -c %Z "$e")"
now=$(date +%s)
sleep 1.1
put 8 "$e"
[ "$(stat -c %Y "$e")" -gt "$now" ] || fail "R1: mtime is when the entry changed" "> $now" "$(stat -c %Y "$e")"
seen=$(stat -c %y "$e")
sleep 2
check_eq "R1: mtime stays when the entry is idle" "$seen" "$(stat -c %y "$e")"
map_put m 1 9
cat "$e" > /dev/null
check_ne "R1: mtime tells that a program changed it" "$seen" "$(stat -c %y "$e")"
check_eq "R1: ctime stays the time of the mount" "$began" "$(stat -c %Z "$e")"
check_eq "R1: mtime of an untouched entry is the time of the mount" "$began" "$(stat -c %Y "$MNT/m/2")"
check_eq "R7: shared mmap" ENODEV "$(io "$e" o:r m | cut -d' ' -f2)"
