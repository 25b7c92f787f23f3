#!/bin/bash
# SPDX-License-Identifier: MIT
# What is in use while it moves: working directories and open files in pins
# and directories that are renamed, here or in the bpffs.
. "$(dirname "$0")/lib.sh"
mkdir -p "$B/app/in"
new_map app/in/m hash 4 8 64
map_put app/in/m 1 10
start || exit 1

cd "$MNT/app/in/m" || exit 1
exec 3< 1 4> 1
mv "$MNT/app/in/m" "$MNT/app/n"
check_eq "R16: a working directory moves with its pin" 10 "$(cat 1 2>&1)"
check_eq "R16: so does an open file" 10 "$(cat <&3)"
works "R16: so does one open for writing" eval 'echo 11 >&4'
check_eq "R16: so does one open for writing" 11 "$(map_u app/n 1)"
works "R16: a new entry" put 12 2
check_eq "R16: a new entry" 12 "$(cat "$MNT/app/n/2")"
exec 3<&- 4>&-
mv "$MNT/app" "$MNT/apps"
check_eq "a working directory moves with a directory above" 11 "$(cat 1 2>&1)"
check_eq "and its listing" "1 2" "$(ls | sort | xargs)"
works "and writes" put 13 2
check_eq "and writes" 13 "$(map_u apps/n 2)"
works "and deletes" rm 2
check_eq "the old path is gone" "" "$(ls "$MNT/app" 2>/dev/null)"
cd "$MNT/apps" || exit 1
mv "$B/apps" "$B/back"
check_like "a directory moved in the bpffs: found at its new path" '^11$' "$(cat "$MNT/back/n/1" 2>&1)"
cd "$MNT" || exit 1
absent "and not at the old one" "$MNT/apps"
mkdir x y y/z
fails_with "a directory into itself" "subdirectory of itself" mv x x/y
works "a directory onto an empty one" mv -T x y/z
fails_with "a directory onto a full one" "not empty" mv -T back y
works "names are as free as the bpffs allows" mkdir "$MNT/a b" "$MNT/é" "$MNT/@+-_" "$MNT/$(printf 'n%.0s' {1..200})"
fails_with "a directory's name has no dot" "" mkdir "$MNT/a.b"
new_map "a b/m m" hash 4 8 8 2>/dev/null || bpftool map create "$B/a b/m m" type hash key 4 value 8 entries 8 name spaces
check_eq "a pin with a space" "id=$(map_id "a b/m m")" "$(grep ^id= "$MNT/a b/m m.info")"
new_map long hash 4 8 8
long=$(printf 'p%.0s' {1..250})
mv "$B/long" "$B/$long"
check_eq "a pin with a long name has its forms" 0 "$(cat "$MNT/$long.count")"
works "rename of the other pin leaves this one" mv "$MNT/a b/m m" "$MNT/a b/n"
check_eq "rename of the other pin leaves this one" 11 "$(cat back/n/1)"
cd /
