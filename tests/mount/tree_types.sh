#!/bin/bash
# SPDX-License-Identifier: MIT
# A pin of any type can be listed and has the forms that every map has.
. "$(dirname "$0")/lib.sh"
new_map queue queue 0 8 4
new_map stack stack 0 8 4
new_map prog prog_array 4 4 4
new_map perf perf_event_array 4 4 4
new_map traces stack_trace 4 80 16
new_map cgroups cgroup_array 4 4 4
new_map lpm lpm_trie 8 8 16 flags 1
new_map dev devmap 4 4 4
new_map devh devmap_hash 4 4 4
new_map cpu cpumap 4 4 1
new_map xsk xskmap 4 4 4
new_map sockm sockmap 4 4 4
new_map sockh sockhash 4 4 4
new_map ring ringbuf 0 0 4096
start || exit 1

for m in "$B"/*; do
	m=${m##*/}
	case $m in *.debug) continue ;; esac
	works "$m: can be listed" ls -la "$MNT/$m"
	check_eq "$m: has no entries" "" "$(ls -A "$MNT/$m")"
	check_eq "$m: .info tells its id" "id=$(map_id "$m")" "$(grep '^id=' "$MNT/$m.info")"
	check_eq "$m: .pin tells its path" "$B/$m" "$(cat "$MNT/$m.pin")"
	works "$m: .errors" cat "$MNT/$m.errors"
done
fails_with "R15: rmdir of a map without keys" "not empty" rmdir "$MNT/queue"
fails_with "R15: rmdir of a map without keys" "not empty" rmdir "$MNT/ring"
works "rm M.pin unpins whatever it is" rm "$MNT/queue.pin"
absent "rm M.pin unpins" "$B/queue"
