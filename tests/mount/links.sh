#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Maps of maps: what is in them is seen as symlinks, and taken out as such.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
mkdir -p "$B/app/deep"
inner_map in1
inner_map in2
inner_map gone
maps_map arr array_of_maps 4 8
maps_map app/deep/hash hash_of_maps 4 8
maps_map long hash_of_maps 200 4
map_put in2 1 22
map_put gone 1 33
link_put arr 3 in1
link_put arr 5 gone
link_put app/deep/hash 7 in2
one=$(map_id in1) two=$(map_id in2) three=$(map_id gone) outer=$(map_id arr)
rm "$B/gone"
start || exit 1
cd "$MNT" || exit 1

check_eq "only slots with maps are listed" "3 5" "$(ls arr | xargs)"
check_eq "R29: an entry is a symlink to .id" "../.id/$one" "$(readlink arr/3)"
check_eq "with as many steps as it needs" "../../../.id/$two" "$(readlink app/deep/hash/7)"
check_eq "below .id it is a neighbour" "../$one" "$(readlink ".id/$outer/3")"
check_eq "stat says so" "symbolic link $(readlink arr/3 | tr -d '\n' | wc -c) 777" "$(stat -c '%F %s %a' arr/3)"
check_eq "readdir says so" "arr/3 arr/5" "$(find arr -type l | sort | xargs)"
check_eq "the names agree on the inode" "$(stat -c %i arr/3)" "$(find arr -name 3 -printf %i)"
check_eq "the link resolves" 11 "$(cat arr/3/1)"
check_eq "also deeper" 22 "$(cat app/deep/hash/7/1)"
check_eq "also below .id" 11 "$(cat ".id/$outer/3/1")"
check_eq "also where no pin leads" 33 "$(cat arr/5/1)"
put 34 arr/5/1
check_eq "and takes writes" 34 "$(bpftool -j map lookup id "$three" key hex "$(le 1 1)" 00 00 00 | jq -r '.value[0]' | xargs printf '%d')"
check_eq "a hexadecimal spelling is the same entry" "$(stat -c %i arr/3)" "$(stat -c %i arr/0x3)"
absent "an empty slot is not there" arr/4
absent "nor what is no key" arr/x
absent "nor an index past the end" arr/8

check_eq "ls -l shows where it leads" "3 -> ../.id/$one" "$(ls -l arr | awk '$9 == 3 { print $9, $10, $11 }')"
check_eq "tar keeps the links" "arr/3 -> ../.id/$one" "$(tar c arr | tar tv | awk '$6 == "arr/3" { print $6, $7, $8 }')"
works "find ends" find . -xdev
works "grep -r ends" grep -r 11 .
works "du ends" du -s .
check_eq "cp -a copies the links to another file system" "../.id/$one" "$(cp -a arr "$TMP/copy" && readlink "$TMP/copy/3")"
if command -v rsync > /dev/null; then
	check_eq "rsync -l as well" "../.id/$one" "$(rsync -rl arr "$TMP/sync" && readlink "$TMP/sync/arr/3")"
fi

# What others change is seen at once.
link_put arr 3 in2
check_eq "a map that another stored" "../.id/$two" "$(readlink arr/3)"
check_eq "is followed" 22 "$(cat arr/3/1)"
check_ne "R1: mtime is when it was seen to change" "$(stat -c %.Z arr/3)" "$(stat -c %.Y arr/3)"
check_eq "R1: what was not is as old as the mount" "$(stat -c %.Z arr/5)" "$(stat -c %.Y arr/5)"
mkdir "$B/second"
ln "$B/arr" "$B/second/arr2"
check_eq "a second pin has its own way" "../../.id/$two" "$(readlink second/arr2/3)"
check_ne "and its own inode" "$(stat -c %i arr/3)" "$(stat -c %i second/arr2/3)"
mv second/arr2 moved
check_eq "mv of the pin changes the way" "../.id/$two" "$(readlink moved/3)"

works "rm takes it out" rm arr/3
check_eq "of the kernel's map" "5 $three" "$(links arr)"
fails_with "and again" "No such file" rm arr/3
works "rm by another spelling" rm moved/0x5
check_eq "takes it out" "" "$(links arr)"
until_true 60 eval '! map_alive "$three"' && pass "who is nowhere else is gone" ||
	fail "the inner map goes with its last place" gone "$(bpftool map show id "$three")"

# Long keys have short names, which find what is there.
key=$(printf 'ab %.0s' {1..200})
# shellcheck disable=SC2086
bpftool map update pinned "$B/long" key hex $key value pinned "$B/in1" > /dev/null
name=$(ls long)
check_eq "R11: a name of 255 bytes" 255 "${#name}"
check_eq "R11: leads on" 11 "$(cat "long/$name/1")"
fails_with "R11: but makes nothing" "Invalid argument" ln -s "id:$one" "long/${name%?}$(tr 0-9a-f 1-9a-f0 <<< "${name: -1}")"
works "R11: it can be replaced" ln -sfn "id:$two" "long/$name"
check_eq "R11: it can be replaced" "../.id/$two" "$(readlink "long/$name")"
works "R11: and can be removed" rm "long/$name"
check_eq "R11: and can be removed" "" "$(ls long)"

# rm -r unpins and touches no inner map.
link_put arr 1 in1
link_put arr 2 in2
works "rm -r" rm -r arr
absent "rm -r unpins" "$B/arr"
check_eq "and the inner maps keep what they have" "11 22" "$(map_u in1 1) $(map_u in2 1)"
fails_with "R15: rmdir with entries" "not empty" rmdir app/deep/hash
works "rm" rm app/deep/hash/7
works "R15: rmdir without" rmdir app/deep/hash
