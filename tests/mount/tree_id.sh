#!/bin/bash
# SPDX-License-Identifier: MIT
# .id/ has every map in the kernel, pinned or not, for root only.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 16
map_put m 3 30
id=$(map_id m)
start allow_other || exit 1

check_eq ".id/N is the map's directory" 3 "$(ls "$MNT/.id/$id")"
check_eq ".id/N/KEY reads" 30 "$(cat "$MNT/.id/$id/3")"
works ".id/N/KEY writes" put 31 "$MNT/.id/$id/3"
check_eq ".id/N/KEY writes" 31 "$(map_u m 3)"
works ".id/N/KEY deletes" rm "$MNT/.id/$id/3"
check_eq ".id/N/KEY deletes" none "$(map_u m 3)"
check_like ".id/N.info" "(^|"$'\n'")id=$id($|"$'\n'")" "$(cat "$MNT/.id/$id.info")"
check_eq ".id/N.count" 0 "$(cat "$MNT/.id/$id.count")"
check_like ".id lists the map" " $id " " $(ls "$MNT/.id" | xargs) "
absent ".id/N.pin is ENOENT" "$MNT/.id/$id.pin"
absent ".id of no map" "$MNT/.id/4000000000"
absent ".id of a name" "$MNT/.id/m"
fails_with "R15: rmdir of .id/N" "Operation not permitted" rmdir "$MNT/.id/$id"
fails_with "mkdir in .id" "Operation not permitted" mkdir "$MNT/.id/77"
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
fails_with ".id is root's" "Permission denied" as_nobody ls "$MNT/.id"
fails_with ".id is root's" "Permission denied" as_nobody cat "$MNT/.id/$id.info"
fails_with ".errors is root's" "Permission denied" as_nobody cat "$MNT/.errors"

put 5 "$MNT/m/5"
rm "$B/m"
until_true 60 eval '! map_alive $id' || fail "R17: unpinned elsewhere, the map goes" gone there
absent "a map that went is not in .id" "$MNT/.id/$id"
check_eq "nor listed" "" "$(ls "$MNT/.id" | grep -x "$id")"
