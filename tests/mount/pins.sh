#!/bin/bash
# SPDX-License-Identifier: MIT
# R15, R16 and .pin: pinning, unpinning and moving of maps.
. "$(dirname "$0")/lib.sh"
typed_maps
mkdir "$B/app"
new_map m hash 4 8 64
map_put m 1 10
id=$(map_id m)
start || exit 1
cd "$MNT" || exit 1

check_eq ".pin tells the path in the bpffs" "$B/m" "$(cat m.pin)"
works "pin by id" put "id:$id" app/one.pin
check_eq "pin by id" "$id" "$(map_id app/one)"
check_eq "pin by id: seen at once" 10 "$(cat app/one/1)"
works "pin by a path in the bpffs" put "$B/m" two.pin
check_eq "pin by a path in the bpffs" "$id" "$(map_id two)"
works "pin by a path in the mount" put "$MNT/m" app/three.pin
check_eq "pin by a path in the mount" "$id" "$(map_id app/three)"
works "pin by .id" put "$MNT/.id/$id" app/four.pin
check_eq "pin by .id" "$id" "$(map_id app/four)"
fails_with "pin where one is" "File exists" put "id:$id" two.pin
fails_with "pin of no map" "" put "id:4000000000" five.pin
fails_with "pin of nonsense" "" put "nonsense here" five.pin
absent "pin of nonsense" "$B/five"
absent "a .pin of no map" five.pin
works "rm M.pin unpins" rm two.pin
absent "rm M.pin unpins" "$B/two"
absent "rm M.pin unpins" two
check_eq "the other pins stay" 10 "$(cat m/1)"
works "rm M.pin unpins a pin with entries" rm app/three.pin app/four.pin
works "cp of a .pin pins again" cp m.pin six.pin
check_eq "cp of a .pin pins again" "$id" "$(map_id six)"

# R15
fails_with "R15: rmdir of a map with entries" "Directory not empty" rmdir m
works "R15: rmdir of one without" rmdir hu64
absent "R15: rmdir of one without" "$B/hu64"
fails_with "R15: rmdir of an array" "Directory not empty" rmdir arr
map_put tiny 1 1
map_put tiny 2 1
works "rm -r of a hash's directory empties and unpins it" rm -r tiny
absent "rm -r of a hash's directory empties and unpins it" "$B/tiny"
works "rm -r of a pin empties the map for the other pins" rm -r six
check_eq "rm -r of a pin empties the map for the other pins" 0 "$(map_count m)"
absent "rm -r" "$B/six"
mkdir -p app/sub
new_map app/sub/x hash 4 8 8
map_put app/sub/x 1 1
works "rm -r of a directory" rm -r app/sub
absent "rm -r of a directory" "$B/app/sub"

# R16
map_put m 1 10
works "R16: mv renames a pin" mv m app/moved
check_eq "R16: mv renames a pin" "$id" "$(map_id app/moved)"
absent "R16: mv renames a pin" m
check_eq "R16: mv renames a pin" 10 "$(cat app/moved/1)"
check_eq "R16: its forms moved with it" "$B/app/moved" "$(cat app/moved.pin)"
works "R16: and back" mv app/moved m
map_put lru 5 5
fails_with "R16: onto a pin that has entries" "not empty" mv -T m lru
fails_with "R16: onto an array" "not empty" mv -T m arr
check_eq "R16: both stay" "$id 5" "$(map_id m) $(cat lru/5)"
works "R16: onto an empty map replaces it" mv -T m h8
check_eq "R16: onto an empty map replaces it" "$id 10" "$(map_id h8) $(cat h8/1)"
works "R16: and back" mv -T h8 m
new_map n hash 4 8 4
mv -nT m n 2>/dev/null
check_eq "R16: RENAME_NOREPLACE" "$id" "$(map_id m)"
works "R16: mv into a directory" mv m n app/
check_eq "R16: mv into a directory" "$id" "$(map_id app/m)"
works "R16: back" mv app/m .
check_eq "R16: a pin into a map is EPERM" 1 "$(perl -e 'rename($ARGV[0], $ARGV[1]); print $!+0' app/n m/5)"
fails_with "R16: a name with a dot is no pin" "" mv -T m with.dot
works "the map is as it was" test "$(cat m/1)" = 10
works "mv of a directory" mv app apps
check_eq "mv of a directory" n "$(ls apps | grep -x n)"
works "the bpffs's own mv is seen" mv "$B/m" "$B/apps/m"
check_eq "the bpffs's own mv is seen" 10 "$(cat apps/m/1)"
absent "the bpffs's own mv is seen" m
works "the bpffs's own rm is seen" rm "$B/apps/m"
absent "the bpffs's own rm is seen" apps/m
works "mkdir through" mkdir new
new_map new/fresh hash 4 8 8
check_eq "a new pin is seen at once" fresh "$(ls new)"
cd /
