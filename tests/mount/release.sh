#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R2: what a last close does happens just after close(2) has returned, and
# every later request on that map through this mount waits for it: by any
# name of the file, by any pin, through a form.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 4096
ln "$B/m" "$B/twin"
new_map other hash 4 8 64
id=$(map_id m)
start || exit 1

# waits MESSAGE COMMAND: after each of 60 creations by close alone, the command
# prints what it should; $k is the key.
waits() {
	local k got wanted=$2 bad=0
	for k in $(seq 60); do
		: > "$MNT/m/$k"
		got=$(eval "$3" 2>&1)
		[ "$got" = "$(eval "echo $wanted")" ] || bad=$((bad + 1))
		rm -f "$MNT/m/$k"
	done
	check_eq "R2: $1 waits for the last close" "0 of 60 too early" "$bad of 60 too early"
}
waits "a read" 0 'cat "$MNT/m/$k"'
waits "a read by another name" 0 'cat "$MNT/m/$(printf 0x%x "$k")"'
waits "a stat" 2 'stat -c %s "$MNT/m/$k"'
waits "a listing" '$k' 'ls "$MNT/m"'
waits ".count" 1 'cat "$MNT/m.count"'
waits ".raw" 8 'stat -c %s "$MNT/m.raw/$k"'
waits "another pin" 0 'cat "$MNT/twin/$k"'
waits "a listing of another pin" '$k' 'ls "$MNT/twin"'
waits ".id" 0 'cat "$MNT/.id/$id/$k"'
waits "rm" "" 'rm "$MNT/m/$k"'
waits "noclobber" exists 'bash -c "set -C; echo 5 > $MNT/m/$k" 2>&1 | grep -q "cannot overwrite" && echo exists'
waits "rmdir" "rmdir: failed to remove" 'rmdir "$MNT/m" 2>&1 | grep -o "rmdir: failed to remove"'
waits ".clear" 0 'echo 1 > "$MNT/m.clear"; map_count m'
check_eq "R2: and nothing comes later" 0 "$(map_count m)"

# Each last close of many at once counts.
for k in $(seq 200); do : > "$MNT/m/$k" & done
wait
check_eq "R2: two hundred at once" 200 "$(ls "$MNT/m" | wc -l)"
check_eq "R2: two hundred at once" 200 "$(map_count m)"
for k in $(seq 200); do rm "$MNT/m/$k" & done
wait
check_eq "two hundred rm at once" 0 "$(map_count m)"
