#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R5: on an MMAPABLE array an aligned integer += is atomic.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
adder() { for _ in $(seq 250); do echo packets+=1 > "$MNT/shared/1" || exit 1; done; }
for _ in 1 2 3 4; do adder & jobs_="${jobs_:-} $!"; done
for j in $jobs_; do wait "$j" || fail "R5: +=" ok error; done
check_eq "R5: none of a thousand += is lost" "packets=1000 bytes=0 last_seen=0" "$(cat "$MNT/shared/1")"
check_like "R5: bpftool sees it" "^e803000000000000" "$(map_value shared "$(le 4 1)")"
works "a write of the whole" put "packets=7 bytes=1 last_seen=2" "$MNT/shared/1"
check_eq "a write of the whole" "packets=7 bytes=1 last_seen=2" "$(cat "$MNT/shared/1")"
works "R32: nothing keeps it from being frozen" bpftool map freeze pinned "$B/shared"
