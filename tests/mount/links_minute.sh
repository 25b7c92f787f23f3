#!/bin/bash
# SPDX-License-Identifier: MIT
# R20: a link whose name is no key goes after a minute.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
case $BPFMAPFS in */thread/*|*/address,*) skip "a minute of waiting; links_store.sh holds links under sanitizers" ;; esac
inner_map in1
maps_map arr array_of_maps 4 8
start || exit 1
ln -s ../in1 "$MNT/arr/tmp"
made=$SECONDS
while [ $((SECONDS - made)) -lt 30 ]; do
	[ "$(readlink "$MNT/arr/tmp")" = ../in1 ] || { fail "it is there for half a minute" there "gone after $((SECONDS - made)) s"; break; }
	sleep 5
done
until_true 60 eval '! [ -h "$MNT/arr/tmp" ]' && pass "and then it is not" || fail "it goes after a minute" gone there
fails_with "and cannot be renamed any more" "No such file" mv "$MNT/arr/tmp" "$MNT/arr/1"
check_eq "nothing was stored" "" "$(links arr)"
