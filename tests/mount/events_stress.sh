#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Readers of six ring buffers that are stopped and continued, polled and got in the way of while records
# come: each gets every record once, in order.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
for i in 1 2 3 4 5; do
	mkdir "$B/$i"
	mt_load "$OBJ/ev_events.bpf.o" "$B/$i" || exit 1
done
start || exit 1
cd "$MNT" || exit 1
readonly dirs=(. 1 2 3 4 5) bursts=60 burst=7

readers=()
for d in "${dirs[@]}"; do
	cat "$d/ring.events" > "$TMP/out.${d/./0}" &
	readers+=($!)
done
for pid in "${readers[@]}"; do until_true 60 reading "$pid"; done

# Each stop interrupts a read that waits; cat reads again.
(
	while [ -e "$TMP/passed" ] && [ ! -e "$TMP/over" ]; do
		for pid in "${readers[@]}"; do
			kill -STOP "$pid" && kill -CONT "$pid"
		done
	done
) &
harasser=$!
(
	while [ -e "$TMP/passed" ] && [ ! -e "$TMP/over" ]; do
		for d in "${dirs[@]}"; do
			cat "$d/ring.events" 2> /dev/null && echo "a second reader of $d"
			mt_io "$d/tiny.events" o:r,nonblock P:1 r:100 c > /dev/null
			cat "$d/ring.info" > /dev/null
		done
	done > "$TMP/intruders"
) &
intruder=$!

failed=0
for ((n = 0; n < bursts; n++)); do
	for d in "${dirs[@]}"; do
		failed=$((failed + $(ev_run "$B/$d/put" 8 $burst $((n * burst)) 0)))
		ev_run "$B/$d/discard" 2 > /dev/null
	done
done
touch "$TMP/over"
wait $harasser $intruder
check_eq "all found room" 0 "$failed"
want=$(for ((i = 0; i < bursts * burst; i++)); do line "$i" 8; done | cksum)
for d in "${dirs[@]}"; do
	out=$TMP/out.${d/./0}
	until_true 60 lines_in "$out" $((bursts * burst))
	check_eq "the reader of $d has every record once, in order" "$want" "$(cksum < "$out")"
done
check_eq "nobody else had one" "" "$(cat "$TMP/intruders")"
kill "${readers[@]}"
wait "${readers[@]}" 2> /dev/null || : # they were killed
