#!/bin/bash
# SPDX-License-Identifier: MIT
# A tree of more maps than a process may have files.
. "$(dirname "$0")/lib.sh"
N=2000
mkdir "$B/many"
mt_map many "$B/many" $N || exit 1
ulimit -n 1024
start || exit 1
check_eq "all are listed" $N "$(ls "$MNT/many" | wc -l)"
check_eq "all are found, with their entries" $N "$(find "$MNT/many" -type f 2>&1 | wc -l)"
check_eq "all can be read" "$N" "$(grep -rhx 7 "$MNT/many" 2>&1 | wc -l)"
check_eq "all have .info" "$N" "$(for m in "$MNT"/many/*; do echo "$m.info"; done | xargs cat 2>&1 | grep -c ^id=)"
works "ls -lR" ls -lR "$MNT"
check_eq "R17: and not all are kept open" 1 "$(until_true 60 fewer_fds_than 100 && echo 1)"
