#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Many at once: links are made, replaced, read, listed and taken out, here and past the driver.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
inner_map in1
inner_map in2
maps_map hash hash_of_maps 4 16
maps_map many hash_of_maps 4 5000
one=$(map_id in1) two=$(map_id in2)
start || exit 1
cd "$MNT" || exit 1

# What ends with a status is as it must be; ENOENT and EEXIST are others' doing.
for ((i = 1; i <= 5000; i++)); do printf '%d\t%d\n' "$i" "$one"; done > "$TMP/many"
works "five thousand links" eval 'cat "$TMP/many" > many.tsv'
check_eq "R14: each is listed once" "$(seq 5000 | sort | md5sum)" "$(ls -U many | sort | md5sum)"
check_eq "find knows their type without asking" 5000 "$(find many -type l | wc -l)"
check_eq "and their .tsv is the same" "$(sort "$TMP/many" | md5sum)" "$(sort many.tsv | md5sum)"

end=$((SECONDS + 4))
replace() { while [ $SECONDS -lt $end ]; do ln -sfn "../in$((RANDOM % 2 + 1))" "hash/$((RANDOM % 8))"; done; }
make() { while [ $SECONDS -lt $end ]; do ln -sn ../in1 "hash/$((RANDOM % 8))"; done; }
remove() { while [ $SECONDS -lt $end ]; do rm -f "hash/$((RANDOM % 8))"; done; }
past() { while [ $SECONDS -lt $end ]; do link_put hash $((RANDOM % 8)) in2; done; }
look() { while [ $SECONDS -lt $end ]; do ls -l hash; cat hash.tsv; readlink "hash/$((RANDOM % 8))"; done; }
for job in replace replace make remove past look look; do $job > "$TMP/out.$job.$RANDOM" 2>&1 & done
wait
check_eq "nothing but ENOENT and EEXIST was said" "" \
	"$(cat "$TMP"/out.* | grep -a ': ' | grep -av 'No such file or directory$\|File exists$' | sort -u)"
check_eq "every link that was seen leads to one of the two" "" \
	"$(grep -ah -- '->' "$TMP"/out.* | sed 's/.*-> //' | grep -vx "../.id/\($one\|$two\)" | sort -u)"
check_eq "in the end all agree" "$(links hash)" "$(sort -n hash.tsv | xargs)"

works "all is let go" rm -r hash
works "all is let go" eval 'echo 1 > many.clear && rm many.pin'
rm "$B/in1" "$B/in2"
for id in "$one" "$two"; do
	until_true 60 eval '! map_alive "$id"' && pass "no reference is left" ||
		fail "no reference is left" gone "$(bpftool map show id "$id")"
done
