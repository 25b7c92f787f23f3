#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R20, R29: ln -s stores a map in a map of maps; what it may name, what fits.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
mkdir -p "$B/app/deep"
inner_map in1
inner_map app/in2
new_map wide hash 8 8 16
new_map other array 4 8 16
new_map plain hash 4 8 16
new_map progs prog_array 4 4 4
new_map small array 4 8 8
maps_map arr array_of_maps 4 8
maps_map app/deep/hash hash_of_maps 4 2
maps_map outer array_of_maps 4 4 other
one=$(map_id in1) two=$(map_id app/in2)
start || exit 1
cd "$MNT" || exit 1

n=0
stores() { # stores WHAT TARGET ID: into a free slot of arr, and out of it again
	n=$(((n + 1) % 8))
	works "ln -s $1" ln -s "$2" "arr/$n"
	check_eq "ln -s $1" "$n $3" "$(links arr)"
	rm -f "arr/$n"
}
stores "id:N" "id:$one" "$one"
stores ".id/N" ".id/$two" "$two"
stores "what ends in .id/N" "/nowhere/at/all/.id/$two" "$two"
stores "with a slash behind" "../.id/$two/" "$two"
stores "a copied link's text from deeper down" "../../../.id/$two" "$two"
stores "a path below the mount point" "$MNT/app/in2" "$two"
stores "a path below SOURCE" "$B/app/in2" "$two"
stores "a path with .. by name" "$MNT/nowhere/../app//./in2/" "$two"
stores "a path relative to M/" "../in1" "$one"
stores "a path relative to M/, down again" "../app/in2" "$two"
works "relative to M/ where that is deep" ln -s ../../in2 app/deep/hash/1
check_eq "relative to M/ where that is deep" "1 $two" "$(links app/deep/hash)"
works "below .id" ln -s "../$one" ".id/$(map_id arr)/2"
check_eq "below .id" "2 $one" "$(links arr)"
works "an entry of a map of maps as the target" ln -s "$MNT/arr/2" arr/0
works "a relative one" ln -s 0x0 arr/1
works "one below .id" ln -s "$MNT/.id/$(map_id arr)/1" arr/3
works "as a pin" put ../arr/2 app/again.pin
check_eq "an entry as the target is what is there" "0 $one 1 $one 2 $one 3 $one, $one" "$(links arr), $(map_id app/again)"
rm arr/0 arr/1 arr/3
works "cp -a of an entry" cp -a arr/2 arr/3
works "cp -a into another map" cp -a arr/2 app/deep/hash/6
check_eq "cp -a of an entry" "2 $one 3 $one" "$(links arr)"
check_eq "cp -a into another map" "1 $two 6 $one" "$(links app/deep/hash)"
works "mv copies and takes out" mv arr/3 arr/4
check_eq "mv copies and takes out" "2 $one 4 $one" "$(links arr)"
works "tar" eval 'tar c arr > "$TMP/arr.tar"'
rm arr/4
works "tar xP puts them back" tar xPf "$TMP/arr.tar"
check_eq "tar xP puts them back" "2 $one 4 $one" "$(links arr)"

refuses() { # refuses WHAT ERROR TARGET NAME [REASON]
	local before
	before=$(links arr)$(links app/deep/hash)
	fails_with "$1" "$2" ln -sn "$3" "$4"
	check_eq "$1: changes nothing" "$before" "$(links arr)$(links app/deep/hash)"
	[ -z "${5:-}" ] || check_like "$1: the reason" "$5" "$(tail -n 1 .errors)"
}
refuses "R3: an entry that is there" "File exists" "id:$one" arr/2
refuses "R3: an entry that is there, spelled otherwise" "File exists" "id:$one" arr/0x2
refuses "a hash that is full" "No space left" "id:$one" app/deep/hash/3 "room for 2 entries"
refuses "an index past the end" "Invalid argument" "id:$one" arr/8 "0 to 7"
refuses "no map" "No such file" ../none arr/5
refuses "no such id" "No such file" id:4294967295 arr/5
refuses "no id" "Invalid argument" id:x arr/5
refuses "a path elsewhere" "Invalid argument" /etc/passwd arr/5
refuses "a way out" "Invalid argument" ../../../x arr/5
refuses "a directory" "" ../app arr/5
refuses "an empty slot" "No such file" ../arr/6 arr/5
refuses "an entry of another map" "Invalid argument" ../in1/1 arr/5 "no map"
mkdir "$B/dir"
refuses "a directory" "Invalid argument" ../dir arr/5 "'dir' is no pinned map"
refuses "what is below no directory" "Not a directory" ../in1/1/2 arr/5
refuses "another key size" "Invalid argument" ../wide arr/5 "key_size is 8, not 4"
refuses "another type" "Invalid argument" ../other arr/5 "type is array, not hash"
refuses "a type that can be in no map" "Invalid argument" ../progs arr/5 "prog_array cannot be in another map"
refuses "a map of maps" "Invalid argument" ../outer arr/5 "array_of_maps cannot be in another map"
refuses "nothing to compare with" "Invalid argument" ../in1 outer/0 "created for"
works "one that fits" ln -s ../other outer/0
refuses "another length" "Invalid argument" ../small outer/1 "max_entries is 8, not 16"
refuses "another type, value and all" "Invalid argument" ../in1 outer/1 "type is hash, not array"
refuses "a map that holds no maps" "not supported" ../in1 plain/1 "holds no links"

fails_with "R29: only links make entries" "not permitted" put "$one" arr/6
fails_with "what an entry leads to is a directory" "Is a directory" put "$one" arr/2
fails_with "touch makes none" "not permitted" touch arr/6
fails_with "R7: nor mkdir" "not permitted" mkdir arr/6
fails_with "R7: nor a hard link" "not permitted" ln -P arr/2 arr/6
check_eq "none of that left anything" "2 $one 4 $one" "$(links arr)"

# ln -sf: a link whose name is no key, renamed onto the key.
works "ln -sfn replaces" ln -sfn ../app/in2 arr/2
check_eq "ln -sfn replaces" "2 $two 4 $one" "$(links arr)"
works "ln -sfn makes" ln -sfn ../app/in2 arr/3
check_eq "ln -sfn makes" "2 $two 3 $two 4 $one" "$(links arr)"
works "ln -sfn in a full hash" ln -sfn ../../../in1 app/deep/hash/1
check_eq "ln -sfn in a full hash" "1 $one 6 $one" "$(links app/deep/hash)"
fails_with "ln -sfn of what does not fit" "Invalid argument" ln -sfn ../wide arr/3
check_eq "and nothing changes" "2 $two 3 $two 4 $one" "$(links arr)"
check_eq "R20: nor is anything left behind" "2 3 4" "$(ls arr | xargs)"
if command -v rsync > /dev/null; then
	works "rsync -l" rsync -rl app/deep/hash/ arr/
	check_eq "rsync -l stores" "1 $one 2 $two 3 $two 4 $one 6 $one" "$(links arr)"
	ln -sfn ../../in2 app/deep/hash/6
	works "rsync -l again" rsync -rl app/deep/hash/ arr/
	check_eq "rsync -l replaces" "1 $one 2 $two 3 $two 4 $one 6 $two" "$(links arr)"
	rm arr/1 arr/6
fi

# The same by hand.
works "R20: a name that is no key is held" ln -s ../in1 arr/tmp
check_eq "R20: it can be read" ../in1 "$(readlink arr/tmp)"
check_eq "R20: and looked at" "symbolic link 6" "$(stat -c '%F %s' arr/tmp)"
check_eq "R20: it is not listed" "2 3 4" "$(ls arr | xargs)"
absent "R20: it is in that map alone" app/deep/hash/tmp
fails_with "R20: a second one of that name" "File exists" ln -sn ../in1 arr/tmp
works "R20: rm takes it away" rm arr/tmp
absent "R20: rm takes it away" arr/tmp
ln -s ../in1 arr/tmp
moved() { python3 -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$@"; }
fails_with "R20: to another name that is no key" "not permitted" moved arr/tmp arr/tmp2
fails_with "R20: to another map" "cross-device" moved arr/tmp app/deep/hash/9
fails_with "R7: an entry to another" "cross-device" moved arr/2 arr/5
fails_with "R20: to an index past the end" "not permitted" moved arr/tmp arr/77
# renameat2(2) with RENAME_NOREPLACE and RENAME_EXCHANGE
renameat2() {
	python3 -c 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, sys.argv[2].encode(), -100, sys.argv[3].encode(), int(sys.argv[1])):
    sys.exit(os.strerror(ctypes.get_errno()))' "$@"
}
fails_with "R16: RENAME_NOREPLACE onto an entry" "File exists" renameat2 1 arr/tmp arr/2
fails_with "RENAME_EXCHANGE" "Invalid argument" renameat2 2 arr/tmp arr/2
check_eq "none of that changed anything" "2 $two 3 $two 4 $one" "$(links arr)"
works "R16: RENAME_NOREPLACE onto a free slot" renameat2 1 arr/tmp arr/5
check_eq "R16: stores" "2 $two 3 $two 4 $one 5 $one" "$(links arr)"
absent "R20: and the name has gone" arr/tmp
for i in {1..70}; do ln -s "t$i" "arr/t$i"; done
absent "R20: so many at most: the oldest goes" arr/t1
check_eq "R20: the newest is there" t70 "$(readlink arr/t70)"
rm -f arr/t*

# chmod, chown and times are no business of an entry's, and do not fail (R7).
works "R7: lchown" chown -h 65534 arr/2
works "R7: times" touch -h arr/2
check_eq "R7: change nothing" "$(stat -c '%U' arr)" "$(stat -c '%U' arr/2)"
