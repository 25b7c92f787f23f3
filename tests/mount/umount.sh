#!/bin/bash
# SPDX-License-Identifier: MIT
# Ways to end: umount while busy, lazily, by signal; what was written counts.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 4096
map_put m 1 10
mounted() { grep -q " $MNT fuse.bpfmapfs" /proc/self/mounts; }

start || exit 1
exec 3< "$MNT/m/1"
fails_with "umount while a file is open" "busy" umount "$MNT"
check_eq "and everything goes on" 10 "$(cat <&3)"
exec 3<&-
stop

start || exit 1
pid=$(driver_pid)
exec 3< "$MNT/m/1" 4> "$MNT/m/2"
works "umount -l while files are open" umount -l "$MNT"
check_eq "an open file still reads" 10 "$(cat <&3)"
works "and still writes" eval 'echo 20 >&4'
check_eq "and still writes" 20 "$(map_u m 2)"
check_eq "the driver stays for them" 0 "$(gone "$pid"; echo $((1 - $?)))"
exec 3<&- 4>&-
until_true 60 gone "$pid" || fail "after the last close the driver ends" gone "still there"

for sig in TERM INT HUP; do
	start || exit 1
	pid=$(driver_pid)
	kill -$sig "$pid"
	until_true 60 gone "$pid" || fail "SIG$sig ends the driver" gone "still there"
	mounted && { fail "SIG$sig unmounts" "no mount" "a mount"; umount -l "$MNT"; }
done

# A value that waits for the last close is stored although the umount follows at once.
for i in $(seq 20); do
	start || exit 1
	: > "$MNT/m/$((1000 + i))"
	umount "$MNT"
done
until_true 60 eval '[ -z "$(driver_pid)" ]' || fail "all drivers have ended" none "$(driver_pid)"
check_eq "R4: last closes before an umount count" 20 "$(bpftool -j map dump pinned "$B/m" | grep -o '"key":\["0x[ef]' | wc -l)"

for i in $(seq 5); do
	start || exit 1
	pid=$(driver_pid)
	exec 4> "$MNT/m/$((2000 + i))"
	umount -l "$MNT"
	exec 4>&-
	until_true 60 gone "$pid"
done
check_eq "R4: last closes after a lazy umount count" 5 "$(bpftool -j map dump pinned "$B/m" | grep -o '"key":\["0xd' | wc -l)"

# A reader that is killed in the middle of everything.
start || exit 1
mt_map fill "$B/m" 0 4000 0
for i in 1 2 3 4 5; do
	timeout -s KILL 0.2 find "$MNT/m" -type f -exec cat {} + > /dev/null
	bash -c 'while :; do echo "$1" > "$0/m/7"; done' "$MNT" "$i" &
	until_true 60 eval '[ "$(map_u m 7)" = $i ]'
	kill -KILL $!
	wait $!
	timeout -s KILL 0.1 ls -l "$MNT/m" > /dev/null
done 2>/dev/null
check_eq "killed clients leave the mount usable" "4000 5" "$(ls "$MNT/m" | grep -cE '^[0-9]{1,3}$|^[123]...$') $(cat "$MNT/m/7")"
works "two mounts of one bpffs" eval 'mkdir "$TMP/second" && "$BPFMAPFS" "$B" "$TMP/second"'
put 77 "$TMP/second/m/7"
check_eq "two mounts show the same" "77 77" "$(cat "$MNT/m/7") $(cat "$TMP/second/m/7")"
works "and end apart" umount "$TMP/second"
check_eq "and end apart" 77 "$(cat "$MNT/m/7")"
