#!/bin/bash
# SPDX-License-Identifier: MIT
# kill -9 of the driver loses no entry; a mount over the dead one works.
. "$(dirname "$0")/lib.sh"
crash() {
	local pid
	pid=$(driver_pid)
	kill -9 "$pid"
	until_true 60 gone "$pid"
}

new_map m hash 4 8 4096
start || exit 1
for i in $(seq 50); do echo "$i" > "$MNT/m/$i" || fail "write" ok error; done
works "pinned through the mount" put "$B/m" "$MNT/n.pin"
exec 3> "$MNT/m/1"
(while :; do cat "$MNT/m"/* ; done > /dev/null 2>&1) &
crash
kill $!
wait 2>/dev/null
exec 3>&- 2>/dev/null
check_eq "kill -9 loses no entry" 50 "$(map_count m)"
check_eq "kill -9 loses no map" "$(map_id m)" "$(map_id n)"
fails_with "the dead mount" "Transport endpoint is not connected" ls "$MNT"
works "mounting again over the dead mount" start
check_eq "mounting again over the dead mount" "50 33" "$(ls "$MNT/m" | wc -l) $(cat "$MNT/m/33")"
works "and it writes" put 5 "$MNT/m/51"
check_eq "and it writes" 5 "$(map_u m 51)"
stop
check_eq "no mount is left" 0 "$(grep -c " $MNT " /proc/self/mounts)"
works "mounting once more" start
stop
for i in 1 2 3; do
	start || fail "round $i" mounted refused
	cat "$MNT/m/1" > /dev/null
	crash
done
start || fail "after three rounds" mounted refused
check_eq "after three rounds" 33 "$(cat "$MNT/m/33")"
