#!/bin/bash
# SPDX-License-Identifier: MIT
# R1: mtime is when the entry was last seen to change, else the time of the mount;
# ctime is always the time of the mount.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 16
map_put m 1 10
map_put m 2 20
start || exit 1
mounted=$(stat -c %Y "$MNT/m/1")
check_eq "R1: ctime is the time of the mount" "$mounted" "$(stat -c %Z "$MNT/m/1")"
sleep 1.1
echo 11 > "$MNT/m/1"
written=$(stat -c %Y "$MNT/m/1")
[ "$written" -gt "$mounted" ] && pass "R1: a write is a change" || fail "R1: a write is a change" "after $mounted" "$written"
check_eq "R1: what nobody changed has the mount's" "$mounted" "$(stat -c %Y "$MNT/m/2")"
check_eq "R1: looking changes nothing" "$written" "$(cat "$MNT/m/1" > /dev/null; stat -c %Y "$MNT/m/1")"
sleep 4 # long enough for the driver and the kernel to have let the entry go
check_eq "R1: mtime outlives what the kernel remembers" "$written" "$(stat -c %Y "$MNT/m/1")"
check_eq "R1: and ctime stays" "$mounted" "$(stat -c %Z "$MNT/m/1")"
exec 3< "$MNT/m/2"
cat "$MNT/m/2" > /dev/null
map_put m 2 21
cat "$MNT/m/2" > /dev/null
seen=$(stat -c %Y "$MNT/m/2")
[ "$seen" -gt "$mounted" ] && pass "R1: a change seen" || fail "R1: a change by another is seen" "after $mounted" "$seen"
exec 3<&-
