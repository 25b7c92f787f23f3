#!/bin/bash
# SPDX-License-Identifier: MIT
# R5 R21: += by its sign and by its bounds, and .replace by those who write nothing.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 16
map_put m 1 5
start || exit 1
cd "$MNT" || exit 1

echo +=-1 > m/1
check_eq "R5: += takes away from what is there" 4 "$(map_u m 1)"
fails_with "R21: but not below zero" "out of range" bash -c 'echo +=-5 > m/1'
check_eq "R21: and the entry is as it was" 4 "$(map_u m 1)"
printf '1\t+=-3\n' > m.tsv
check_eq "R5: in .tsv too" 1 "$(map_u m 1)"
fails_with "R21: and there not below zero either" "out of range" bash -c 'printf "1\t+=-2\n" > m.tsv'
check_eq "R21: nothing was changed" 1 "$(map_u m 1)"
printf '+=1\n+=1\n' > "$TMP/lines"
dd if="$TMP/lines" of=m/1 bs=64 conv=notrunc 2> /dev/null
check_eq "each line of a write adds" 3 "$(map_u m 1)"
printf '+=1\n+=-9\n' > "$TMP/lines"
fails_with "R21: a line that goes too far" "out of range" dd if="$TMP/lines" of=m/1 bs=64 conv=notrunc
check_eq "R21: takes the others with it" 3 "$(map_u m 1)"

touch m.replace
check_eq "R21: a touch of .replace replaces nothing" 1 "$(map_count m)"
printf '2\t7\n' > m.replace
check_eq "R21: lines do" "2" "$(ls m | xargs)"
: > m.replace
until_true 60 eval '[ -z "$(ls m)" ]' || fail "R21: and > without a line empties" "" "$(ls m)"
