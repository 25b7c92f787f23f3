#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R17: a pin replaced by another map while in use never shows one map's keys
# with the other's values.
. "$(dirname "$0")/lib.sh"
mkdir "$B/d"
new_map d/one hash 4 8 64
new_map d/two hash 4 8 64
mt_map fill "$B/d/one" 1000000 1000020 0
mt_map fill "$B/d/two" 2000000 2000020 0
ln "$B/d/one" "$B/d/m"
start || exit 1

check_eq "R17: before" 20 "$(ls "$MNT/d/m" | grep -c ^10000)"
exec 3< "$MNT/d/m/1000001"
ln "$B/d/two" "$B/d/next" && mv -T "$B/d/next" "$B/d/m"
check_eq "R17: an open file keeps its map" 1000001 "$(cat <&3)"
exec 3<&-
check_eq "R17: after" "20 2000003" "$(ls "$MNT/d/m" | grep -c ^20000) $(cat "$MNT/d/m/2000003")"
absent "R17: the old map's keys are gone" "$MNT/d/m/1000003"
check_eq "R17: the .info is the new one's" "id=$(map_id d/two)" "$(grep ^id= "$MNT/d/m.info")"
cd "$MNT/d/m" || exit 1
ln "$B/d/one" "$B/d/next" && mv -T "$B/d/next" "$B/d/m"
check_like "R17: a working directory in a replaced map" '^(1000003|ENOENT)$' "$(cat 1000003 2>/dev/null || echo ENOENT)"
cd /

mt_map swap "$B/d" one two m &
swapper=$!
for i in 1 2 3; do
	mt_dir pairs "$MNT/d/m" "${STRESS:-5}" > "$TMP/pairs.$i" &
	readers="${readers:-} $!"
done
for r in $readers; do wait "$r"; check_eq "R17: keys and values of one map" 0 $?; done
cat "$TMP"/pairs.*
for i in $(seq 20); do
	bad=$(cd "$MNT/d/m" 2>/dev/null && for k in *; do v=$(cat "$k" 2>/dev/null) && [ "$v" != "$k" ] && echo "$k=$v"; done)
	[ -z "$bad" ] || { fail "R17: a shell's walk" "keys with their values" "$bad"; break; }
done
kill "$swapper"
wait "$swapper" 2>/dev/null
: # the swapper was killed
