#!/bin/bash
# SPDX-License-Identifier: MIT
# The tree mirrors the bpffs: pins, directories, symlinks, and what goes
# through to it.
. "$(dirname "$0")/lib.sh"
typed_maps
mkdir -p "$B/app/deep"
new_map app/flat hash 4 8 16
ln -s app/flat "$B/link"
ln "$B/hu64" "$B/app/twin"
map_put hu64 7 70
start || exit 1

in_bpffs=$(cd "$B" && ls | grep -v -e '\.debug' -e use_globals)
listed=$(cd "$MNT" && ls | grep -v README.txt)
check_eq "tree: pins are mirrored, programs and the kernel's own files are not shown" "$in_bpffs" "$listed"
check_like "tree: README.txt is for someone who has ls and cat" "cat" "$(cat "$MNT/README.txt")"
check_eq "tree: README.txt has its exact size" "$(wc -c < "$MNT/README.txt")" "$(size "$MNT/README.txt")"
check_eq "tree: forms are not listed" "" "$(cd "$MNT" && ls -A | grep '\.' | grep -v README.txt)"
check_eq "tree: a directory of the bpffs" "deep flat twin" "$(ls "$MNT/app" | xargs)"
check_eq "tree: a map is a directory" directory "$(stat -c %F "$MNT/app/flat")"
check_eq "tree: an entry is a regular file" "regular file" "$(stat -c %F "$MNT/hu64/7")"
check_eq "tree: bpffs symlinks appear as symlinks" app/flat "$(readlink "$MNT/link")"
check_eq "tree: every pin of a map shows its entries" "70 70" "$(echo $(cat "$MNT/hu64/7" "$MNT/app/twin/7"))"
works "tree: a listing through a symlink" ls "$MNT/link/"
absent "tree: no such pin" "$MNT/nothing"
absent "tree: a program is not a pin here" "$MNT/use_globals"

works "mkdir goes through" mkdir "$MNT/new"
check_eq "mkdir goes through" directory "$(stat -c %F "$B/new")"
works "mkdir nests" mkdir "$MNT/new/er"
fails_with "mkdir of what is there" "File exists" mkdir "$MNT/new"
fails_with "mkdir over a map" "File exists" mkdir "$MNT/hu64"
works "chmod of a directory goes through" chmod 750 "$MNT/new"
check_eq "R7: chmod of a directory goes through" 750 "$(mode "$B/new")"
works "chown of a directory goes through" chown 1234:4321 "$MNT/new"
check_eq "R7: chown of a directory goes through" 1234:4321 "$(stat -c %u:%g "$B/new")"
works "mv of a directory goes through" mv "$MNT/new" "$MNT/app/renamed"
check_eq "mv of a directory goes through" er "$(ls "$B/app/renamed")"
fails_with "rmdir of a full directory" "not empty" rmdir "$MNT/app/renamed"
works "rmdir goes through" rmdir "$MNT/app/renamed/er" "$MNT/app/renamed"
absent "rmdir goes through" "$B/app/renamed"

works "R7: chmod of a map goes to the pin" chmod 640 "$MNT/hu64"
check_eq "R7: chmod of a map goes to the pin" 640 "$(mode "$B/hu64")"
works "R7: chown of a map goes to the pin" chown 77:88 "$MNT/hu64"
check_eq "R7: chown of a map goes to the pin" 77:88 "$(stat -c %u:%g "$B/hu64")"
works "R7: touch of a map" touch "$MNT/hu64"
works "R7: chmod of an entry succeeds" chmod 777 "$MNT/hu64/7"
works "R7: chown of an entry succeeds" chown 5:5 "$MNT/hu64/7"
works "R7: utimens of an entry succeeds" touch -d '2001-01-01' "$MNT/hu64/7"
works "R7: chmod of a form succeeds" chmod 777 "$MNT/hu64.info"
works "R7: chown of a form succeeds" chown 5:5 "$MNT/hu64.info"
works "R7: touch of a form succeeds" touch "$MNT/hu64.info"
check_eq "R7: and changes nothing at the pin" "640 77:88" "$(stat -c '%a %u:%g' "$B/hu64")"
sleep 1.2 # R18: owner and mode may be a second old
check_eq "R7: nor here" "640 77:88" "$(stat -c '%a %u:%g' "$MNT/hu64/7")"
check_eq "R7: nor the value" 70 "$(map_u hu64 7)"

check_eq "R8: st_nlink is 1" "1 1 1 1" \
	"$(stat -c %h "$MNT/hu64/7" "$MNT/hu64" "$MNT/hu64.info" "$MNT/README.txt" | xargs)"
i=$(inode "$MNT/hu64/7")
check_ne "R8: two pins of a map are two trees" "$i" "$(inode "$MNT/app/twin/7")"
check_ne "R8: directories of two pins differ" "$(inode "$MNT/hu64")" "$(inode "$MNT/app/twin")"
map_del hu64 7
map_put hu64 7 71
check_eq "R8: st_ino is a hash of path, form and key" "$i" "$(inode "$MNT/hu64/7")"
check_eq "R8: readdir tells the same st_ino" "$i" "$(ls -i "$MNT/hu64" | sed 's/ *\([0-9]*\) 7$/\1/')"
stop
start
check_eq "R8: st_ino survives a remount" "$i" "$(inode "$MNT/hu64/7")"
check_eq "R8: no two files of the tree share st_ino" "" \
	"$(find "$MNT" -printf '%i\n' 2>/dev/null | sort | uniq -d)"

works "statfs answers" stat -f "$MNT"
works "statfs answers on an entry" stat -f "$MNT/hu64/7"
check_eq "the kernel shows the type and the source" "fuse.bpfmapfs $B" \
	"$(findmnt -n -o FSTYPE,SOURCE "$MNT" | xargs)"
fails_with "R7: regular files in bpffs directories" "Operation not permitted" put 1 "$MNT/file"
fails_with "R7: regular files in bpffs directories" "Operation not permitted" touch "$MNT/app/file"
fails_with "R7: mknod in a bpffs directory" "Operation not permitted" mknod "$MNT/app/p" p
absent "R7: nothing is left of it" "$MNT/file"
check_eq "statfs: df leaves it out" "" "$(df 2>/dev/null | grep "$MNT")"

mkdir "$MNT/mine"
works "mv of a pin into a directory" mv "$MNT/app/flat" "$MNT/mine/flat"
works "the pin is there" test -e "$B/mine/flat"
check_eq "symlinks follow what is there" "" "$(cat "$MNT/link/1" 2>/dev/null)"
