#!/bin/bash
# SPDX-License-Identifier: MIT
# R17: the driver keeps a map alive only while one of its files is open, and
# a second more.
. "$(dirname "$0")/lib.sh"
start || exit 1
# after LOOK N: looks at a map of its own in that way, unpins it elsewhere.
after() {
	local m=$MNT/m$2 id
	new_map "m$2" hash 4 8 16
	map_put "m$2" 1 10
	id=$(map_id "m$2")
	eval "$1" > /dev/null 2>&1
	rm "$B/m$2"
	dies "R17: after $1" "$id"
}
n=0
while read -r look; do
	n=$((n + 1))
	after "$look" $n &
done <<-'END'
	cat $m/1
	ls -l $m
	stat $m/1
	cat $m.info
	cat $m.count
	cat $m.raw/1
	find $MNT
	echo 5 > $m/1
	cat $MNT/.id/$id/1
	stat $m.raw $m.forms
	ls -l $m.forms/
	stat $m/none
	echo x > $m/1
	touch $m/9
	rm $m/1
END
wait

# The next comes while the last is still kept for its second.
for i in 1 2 3 4 5 6 7 8; do
	new_map m hash 4 8 16
	map_put m 1 "$i"
	check_eq "R17: map $i of one name" "$i" "$(cat "$MNT/m/1")"
	rm "$B/m"
	sleep 0.2
	works "R17: the mount stays when map $i goes" ls "$MNT"
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
