#!/bin/bash
# SPDX-License-Identifier: MIT
# R22 and R19: .drain.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
chmod 644 "$B/nums" "$B/few"
new_map theirs hash 4 8 16
chown 65534 "$B/theirs"
map_put theirs 1 10
start allow_other || exit 1
cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

# Queries of all sorts consume nothing.
mt_map fill "$B/nums" 0 50 100
check_eq "R24: .drain is a stream: size 0" 0 "$(size nums.drain)"
ls -la "$MNT" nums.forms > /dev/null
grep -r . nums > /dev/null
check_eq "looking consumes nothing" 50 "$(map_count nums)"
cat nums.tsv > "$TMP/tsv"
check_eq ".drain reads as .tsv" "$(cat "$TMP/tsv")" "$(cat nums.drain)"
check_eq ".drain: each entry is deleted" 0 "$(map_count nums)"
check_eq ".drain of an empty map" "" "$(cat nums.drain)"
wt_map fill "$B/stats" 5000
wt_map text 5000 > "$TMP/stats"
check_eq ".drain of five thousand" "" "$(wt_map gulp stats.drain 700 | sort -n | cmp - "$TMP/stats" 2>&1)"
check_eq ".drain of five thousand" 0 "$(cat stats.count)"
for m in lru cpus lrucpu cpustats locks; do
	mt_map random "$B/$m" 20 3
	cat $m.tsv > "$TMP/tsv"
	check_eq ".drain of $m" "$(cat "$TMP/tsv")" "$(cat $m.drain)"
	check_eq ".drain of $m" 0 "$(map_count $m)"
done
mt_map fill "$B/nums" 0 3 0
check_eq ".drain: a read at 0 starts again, with what is there then" "3 0" \
	"$(mt_io nums.drain o:r r:4096 l:0 r:4096 | sed -n '2p;4p' | while IFS= read -r l; do grep -o '\\n' <<< "$l" | wc -l; done | xargs)"

# Arrays and tries.
for m in arr cpuarr trie; do
	fails_with "R22: .drain of $m" "not supported" cat $m.drain
	check_like "R22: .drain of $m: the reason is in .errors" "$m.drain" "$(tail -n1 $m.errors)"
done

# A program that only inserts new keys meanwhile: nothing is lost, nothing twice.
for m in queue queue2; do
	feed=feed; [ $m = queue2 ] && feed=feed2
	put inserted=0 "$(ls -d "$MNT"/wt_forms*bss)/0" 2> /dev/null || put inserted=0 "$(ls -d "$MNT"/*bss)/0"
	wt_map run "$B/$feed" 12000 &
	runner=$!
	: > "$TMP/drained"
	while [ -e /proc/$runner ] && ! gone $runner; do cat $m.drain >> "$TMP/drained"; done
	wait $runner || fail "the program runs" "status 0" "failed"
	cut -f1 "$TMP/drained" | sort > "$TMP/d"
	cut -f1 $m.tsv | sort > "$TMP/r"
	inserted=$(sed 's/.*inserted=\([0-9]*\).*/\1/' "$(ls -d "$MNT"/*bss)/0")
	check_eq "R22: $m: drained and remaining are what was inserted" "$inserted" "$(($(wc -l < "$TMP/d") + $(wc -l < "$TMP/r")))"
	check_eq "R22: $m: each key once" "" "$(sort -m "$TMP/d" "$TMP/r" | uniq -d | head -n3)"
	check_eq "R22: $m: each value is its key's" "" "$(awk -F'\t' -v n="$inserted" '$1 >= n' "$TMP/drained" | head -n3)"
	[ "$(wc -l < "$TMP/d")" -gt 0 ] || fail "R22: $m: something was drained" "lines" "none"
	[ "${inserted:-0}" -gt 10000 ] || fail "R22: $m: the program inserted" "many" "$inserted"
	cat $m.drain > /dev/null
	check_eq "R22: $m: a last drain empties it" 0 "$(map_count $m)"
done
# Two drainers share what is there.
wt_map fill "$B/stats" 5000
cat stats.drain > "$TMP/a" &
other=$!
cat stats.drain > "$TMP/b"
wait $other
check_eq "R22: two drainers get each entry once" "" "$(sort -n "$TMP/a" "$TMP/b" | cmp - "$TMP/stats" 2>&1)"
# A reader that goes away takes a batch along at most, and no more.
wt_map fill "$B/stats" 5000
head -c 100 stats.drain > /dev/null
fails_with ".drain is not written" "" eval 'echo 1 > nums.drain'

# R19
mt_map fill "$B/nums" 0 3 0
fails_with "R19: r without w is not enough" denied user cat nums.drain
check_eq "R19: nothing is drained" 3 "$(map_count nums)"
works "R19: his own map" user cat theirs.drain
check_eq "R19: his own map" 0 "$(map_count theirs)"
works "remount ro" mount -i -o remount,ro "$MNT"
fails_with "R19: .drain after remount ro" "Read-only file system" cat nums.drain
check_eq "R19: .drain after remount ro" 3 "$(map_count nums)"
works "remount rw" mount -i -o remount,rw "$MNT"
check_eq "R19: .drain after remount rw" 3 "$(cat nums.drain | wc -l)"
mt_map fill "$B/nums" 0 3 0
put 1 few/1
put 1 few.frozen
fails_with "a frozen map is not drained" "" cat few.drain
check_eq "a frozen map is not drained" 1 "$(map_count few)"
cd /
stop
start allow_other,ro || exit 1
fails_with "R19: .drain on a read-only mount" "Read-only file system" cat "$MNT/nums.drain"
fails_with "R19: .replace on a read-only mount" "Read-only file system" put $'1\t1' "$MNT/nums.replace"
check_eq "R19: a read-only mount changes nothing" 3 "$(map_count nums)"
check_eq ".tsv on a read-only mount reads" 3 "$(wc -l < "$MNT/nums.tsv")"
stop
start allow_other,fmode=0666,dmode=0777 || exit 1
fails_with "R19: whatever fmode= says: .drain" denied user cat "$MNT/nums.drain"
fails_with "R19: whatever fmode= says: .replace" denied user bash -c 'echo "1	1" > "$0"' "$MNT/nums.replace"
check_eq "R19: whatever fmode= says" 3 "$(map_count nums)"
