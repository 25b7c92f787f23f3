#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Directories and pins come, move and go, here and in the bpffs, while others
# walk, read and write: nothing hangs, dies or answers nonsense.
. "$(dirname "$0")/lib.sh"
new_map keep hash 4 8 64
map_put keep 1 10
id=$(map_id keep)
mkdir "$B/a" "$B/b"
start || exit 1
S=${STRESS:-6}
while_time() { # while_time FUNCTION: again and again for S seconds
	local end=$((SECONDS + S))
	while [ $SECONDS -lt $end ]; do "$1"; done
}
name() { echo "n$((RANDOM % 6))"; }
dir() { case $((RANDOM % 3)) in 0) echo "$1" ;; 1) echo "$1/a" ;; *) echo "$1/b" ;; esac; }
pins() { echo "id:$id" > "$(dir "$MNT")/$(name).pin"; }
unpins() { rm -f "$(dir "$MNT")/$(name).pin"; }
moves() { mv -T "$(dir "$MNT")/$(name)" "$(dir "$MNT")/$(name)"; }
moves_below() { mv -T "$(dir "$B")/$(name)" "$(dir "$B")/$(name)"; rm -f "$(dir "$B")/$(name)"; }
dirs() { mkdir "$(dir "$MNT")/$(name)"; rmdir "$(dir "$MNT")/$(name)"; }
walks() { find "$MNT" -printf '%s %i\n'; ls -lR "$MNT"; }
reads() { local d; d=$(dir "$MNT")/$(name); cat "$d/1" "$d.info" "$d.count" "$d.pin"; }
writes() { local d; d=$(dir "$MNT")/$(name); echo 10 > "$d/1"; touch "$d/2"; rm -f "$d/2"; }
jobs_=
for job in pins unpins moves moves_below dirs walks reads writes; do
	while_time $job > "$TMP/out.$job" 2> "$TMP/err.$job" &
	jobs_="$jobs_ $!"
done
# shellcheck disable=SC2086
wait $jobs_
allowed='No such file|File exists|not empty|Is a directory|Not a directory|cannot overwrite|are the same file|resource busy'
allowed="$allowed|Stale file handle|Operation not permitted|Permission denied|subdirectory of itself|File system loop|changed mode"
check_eq "only errors that the races explain" "" "$(cat "$TMP"/err.* | grep -Ev "$allowed" | sort | uniq -c | head -n5)"
check_eq "reads are values, sizes, ids and paths of that map" "" \
	"$(grep -Ev "^10\$|^0\$|^[12]\$|^[a-z_]+=|^/" "$TMP/out.reads" | head -n3)"
check_eq "reads tell of no other map" "" "$(grep -a ^id= "$TMP/out.reads" | grep -vx "id=$id" | head -n3)"
check_eq "the map is as it was" 10 "$(map_u keep 1)"
works "the tree still answers" ls -lR "$MNT"
check_eq "and shows what the bpffs has" "$(cd "$B" && find . | grep -v -e debug -e '^\.$' | sort | xargs)" \
	"$(cd "$MNT" && find . | grep -v -e README -e '^\.$' -e '/[12]$' | sort | xargs)"
