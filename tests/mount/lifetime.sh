#!/bin/bash
# SPDX-License-Identifier: MIT
# R17: the driver keeps a map alive only while one of its files is open, and
# a second more.
. "$(dirname "$0")/lib.sh"
start || exit 1
# dies MESSAGE ID: within two seconds the kernel has freed the map.
dies() {
	local t0
	t0=$(date +%s%N)
	until_true 10 eval "! map_alive $2"
	local ms=$((($(date +%s%N) - t0) / 1000000))
	if [ $ms -le 2300 ]; then pass "$1"; else fail "$1" "freed within 2000 ms" "$ms ms"; fi
}

for look in "cat \$MNT/m/1" "ls -l \$MNT/m" "stat \$MNT/m/1" "cat \$MNT/m.info" "cat \$MNT/m.count" \
	"cat \$MNT/m.raw/1" "find \$MNT" "echo 5 > \$MNT/m/1" "cat \$MNT/.id/\$id/1" "stat \$MNT/m.raw \$MNT/m.forms" "ls -l \$MNT/m.forms/" \
	"stat \$MNT/m/none" "echo x > \$MNT/m/1" "touch \$MNT/m/9" "rm \$MNT/m/1"; do
	new_map m hash 4 8 16
	map_put m 1 10
	id=$(map_id m)
	eval "$look" >/dev/null 2>&1
	rm "$B/m"
	dies "R17: after $look" "$id"
done

new_map m hash 4 8 16
map_put m 1 10
id=$(map_id m)
exec 3< "$MNT/m/1"
rm "$B/m"
sleep 2
map_alive "$id" && pass "R17: an open file keeps the map" || fail "R17: an open file keeps the map" alive gone
check_eq "R17: and still reads it" 10 "$(cat <&3)"
exec 3<&-
dies "R17: after its close" "$id"

new_map m hash 4 8 16
id=$(map_id m)
works "rmdir" rmdir "$MNT/m"
dies "R17: after rmdir here" "$id"
new_map m hash 4 8 16
id=$(map_id m)
works "rm M.pin" rm "$MNT/m.pin"
dies "R17: after rm M.pin" "$id"
new_map m hash 4 8 16
map_put m 1 1
id=$(map_id m)
for i in $(seq 30); do cat "$MNT/m/1" > /dev/null; done
umount "$MNT"
rm "$B/m"
dies "R17: after umount" "$id"
