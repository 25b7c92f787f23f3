#!/bin/bash
# SPDX-License-Identifier: MIT
# -o views=: named forms are listed.
. "$(dirname "$0")/lib.sh"
mkdir "$B/app"
new_map app/m hash 4 8 16
map_put app/m 1 10
mounted() { grep -q " $MNT fuse.bpfmapfs" /proc/self/mounts; }
fails_with "views=: not every form" "" start views=drain
fails_with "views=: no such form" "" start views=nothing
mounted && { fail "views=" "no mount" "a mount"; stop; }

works "views=" start views=info+count
check_eq "views= lists the named forms" "m m.count m.info" "$(ls "$MNT/app" | xargs)"
check_eq "views= forms read" 1 "$(cat "$MNT/app/m.count")"
works "R15: unlink of a listed form succeeds and does nothing" rm "$MNT/app/m.count"
check_eq "R15: unlink of a listed form succeeds and does nothing" 1 "$(cat "$MNT/app/m.count")"
stop

