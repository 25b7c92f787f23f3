#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R17: a pin that is replaced by a map of another type, sizes and BTF while
# it is read, written, listed and asked for its forms.
. "$(dirname "$0")/lib.sh"
typed_maps
for m in flows pchs arr names; do mt_map random "$B/$m" 8 1; done
mkdir "$B/d"
ln "$B/flows" "$B/d/m"
start || exit 1
S=${STRESS:-2}
use() { # use SECONDS: everything, on whatever is there
	local end=$((SECONDS + S)) n
	while [ $SECONDS -lt $end ]; do
		for n in "$MNT"/d/m/*; do
			cat "$n" "$MNT/d/m.raw/${n##*/}"
			cp "$n" "$TMP/value.$BASHPID" && cp "$TMP/value.$BASHPID" "$n"
		done
		cat "$MNT/d/m.info" "$MNT/d/m.count"
		ls -l "$MNT/d" "$MNT/d/m" "$MNT/d/m.raw"
		touch "$MNT/d/m/7"
		rm -f "$MNT/d/m/7"
	done
}
for other in pchs arr names; do
	mt_map swap "$B" flows $other d/m 2> /dev/null &
	swapper=$!
	use > /dev/null 2>&1 &
	a=$!
	use > /dev/null 2>&1 &
	wait "$a" $!
	kill "$swapper"
	wait "$swapper" 2>/dev/null
	ln -f "$B/$other" "$B/last" && mv -T "$B/last" "$B/d/m"
	check_eq "R17: after flows and $other in turn" "$(ls "$MNT/$other")" "$(ls "$MNT/d/m")"
	check_eq "R17: after flows and $other in turn" "id=$(map_id "$other")" "$(grep ^id= "$MNT/d/m.info")"
done
check_like "R17: the maps are of use" "packets=" "$(cat "$MNT"/flows/* | head -n1)"
# Values are copied onto the same name of whatever map is there: never another's text.
check_eq "R17: a text of one map is no value of another" "" "$(cat "$MNT"/names/* | grep -v '^[0-9]*$')"
