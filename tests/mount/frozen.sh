#!/bin/bash
# SPDX-License-Identifier: MIT
# A frozen map can be read and nothing else, and shows no w.
. "$(dirname "$0")/lib.sh"
typed_maps
new_map m hash 4 8 16
map_put m 1 10
chmod 660 "$B/m"
start || exit 1
check_eq "before" "770 660" "$(mode "$MNT/m") $(mode "$MNT/m/1")"
bpftool map freeze pinned "$B/m"
until_true 60 eval '[ "$(mode "$MNT/m/1")" = 440 ]'
check_eq "R18: frozen maps show no w" "550 440" "$(mode "$MNT/m") $(mode "$MNT/m/1")"
check_eq "frozen: .info says so" frozen=1 "$(grep ^frozen= "$MNT/m.info")"
check_eq "frozen: reads" 10 "$(cat "$MNT/m/1")"
# CAP_DAC_OVERRIDE passes the mode: the map's own answer is EPERM.
fails_with "frozen: write" "Operation not permitted" put 11 "$MNT/m/1"
check_like "frozen: the reason is in M.errors" frozen "$(tail -n1 "$MNT/m.errors")"
fails_with "frozen: create" "Operation not permitted" put 11 "$MNT/m/2"
fails_with "frozen: rm" "Operation not permitted" rm -f "$MNT/m/1"
fails_with "frozen: .clear" "Operation not permitted" put 1 "$MNT/m.clear"
check_eq "frozen: as it was" "10 1" "$(map_u m 1) $(map_count m)"
works "frozen: rm M.pin still unpins" rm "$MNT/m.pin"
absent "frozen: rm M.pin still unpins" "$B/m"

# .frozen
new_map f hash 4 8 16
map_put f 1 10
check_eq ".frozen of a map that is not" 0 "$(cat "$MNT/f.frozen")"
fails_with ".frozen takes 1 alone" "Invalid argument" put 0 "$MNT/f.frozen"
fails_with ".frozen takes 1 alone" "Invalid argument" put yes "$MNT/f.frozen"
check_eq ".frozen: not yet" "" "$(bpftool map show pinned "$B/f" | grep -o frozen)"
works ".frozen freezes" put 1 "$MNT/f.frozen"
check_eq ".frozen freezes" frozen "$(bpftool map show pinned "$B/f" | grep -o frozen)"
check_eq ".frozen of a frozen map" 1 "$(cat "$MNT/f.frozen")"
fails_with ".frozen: for good" "Operation not permitted" put 1 "$MNT/f/1"

# Global variables.
r=$MNT/mt_maps_rodata
check_eq ".rodata: key 0" 0 "$(ls "$r")"
check_eq ".rodata: one field per variable" conf_limit=99 "$(cat "$r/0")"
fails_with ".rodata is frozen" "Operation not permitted" put conf_limit=98 "$r/0"
check_eq ".data" conf_level=3 "$(cat "$MNT/mt_maps_data/0")"
works ".data writes" put conf_level=-4 "$MNT/mt_maps_data/0"
check_eq ".data writes" fcffffff "$(map_value mt_maps_data "$(le 4 0)")"
check_eq ".bss" conf_hits=0 "$(cat "$MNT/mt_maps_bss/0")"
works ".bss +=" put conf_hits+=7 "$MNT/mt_maps_bss/0"
check_eq ".bss +=" 0700000000000000 "$(map_value mt_maps_bss "$(le 4 0)")"
