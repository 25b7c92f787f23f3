#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Eight processes and a BPF program in one map: no value that nobody wrote,
# no error but ENOENT. STRESS=60 for a minute of it.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/mt_traffic.bpf.o" "$B" || exit 1
start || exit 1
out=$(mt_stress "$MNT/busy" "$B/traffic" "${STRESS:-8}")
check_eq "concurrent use" "status 0 " "status $? $out"
check_eq "keys are the map's" "" "$(ls "$MNT/busy" | awk '$1 !~ /^[0-9]+$/ || $1 >= 64')"
works "and the driver goes on" put 1 "$MNT/busy/1"
check_eq "and the driver goes on" 1 "$(map_u busy 1)"
