#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# M.events of a perf event array: only with -o takeover; samples, lost ones, all CPUs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
online=$(getconf _NPROCESSORS_ONLN)
start || exit 1
fails_with "R31: not without -o takeover" "not permitted" cat "$MNT/perf.events"
grep -q "takeover" "$MNT/perf.errors" && pass "the reason" || fail "the reason" "takeover" "$(cat "$MNT/perf.errors")"
check_eq "a look at it took nothing over" 1 "$(emit put_perf 8 1 1)"
stop
start takeover || exit 1
cd "$MNT" || exit 1

# A record of the kernel's is padded to 4 bytes past a multiple of 8, with what was there.
sample() { line "$1" 8; }
samples() { cut -c 1-18 | sort; }
check_eq "nobody listens" 1 "$(emit put_perf 8 1 1)"
listen perf.events "$TMP/out"
fails_with "R31: one reader" "busy" cat perf.events
check_eq "it is listened to" 0 "$(emit put_perf 8 3 1)"
until_true 60 lines_in "$TMP/out" 3
check_eq "samples, in order" "$(sample 1) $(sample 2) $(sample 3)" "$(cut -c 1-18 "$TMP/out" | xargs)"
check_eq "with their padding, 4 bytes past a multiple of 8" "26" "$(head -n 1 "$TMP/out" | awk '{ print length }')"
check_eq "on each CPU" "0 0" "$(ev_run "$B/put_perf" -c 0 8 1 10) $(ev_run "$B/put_perf" -c $((online - 1)) 8 1 11)"
until_true 60 lines_in "$TMP/out" 5
check_eq "from each CPU" "$(sample 10) $(sample 11)" "$(tail -n 2 "$TMP/out" | samples | xargs)"
check_eq "of a large size" 0 "$(ev_run "$B/put_perf" 60004 1 12)"
until_true 60 lines_in "$TMP/out" 6
check_eq "whole" "$(line 12 60004 | cksum)" "$(tail -n 1 "$TMP/out" | cksum)"
kill "$reader"
wait "$reader" 2> /dev/null
until_true 60 eval '[ "$(emit put_perf 8 1 1)" = 1 ]' && pass "closed" || fail "when it closes, nobody listens" 1 0

# Woken by each record, not by a clock that looks now and then.
listen perf.events "$TMP/each"
began=$SECONDS
for ((i = 1; i <= 30; i++)); do
	ev_run "$B/put_perf" -c $((i % online)) 8 1 $i > /dev/null
	until_true 60 lines_in "$TMP/each" $i || break
done
check_eq "a waiting reader gets each record" "$(for ((i = 1; i <= 30; i++)); do sample $i; done)" "$(cut -c 1-18 "$TMP/each")"
[ $((SECONDS - began)) -lt 15 ] && pass "at once" || fail "it is woken at once" "30 records in 15 s" "$((SECONDS - began)) s"
kill "$reader"
wait "$reader" 2> /dev/null

# As a type.
listen perf.events@event "$TMP/typed"
emit put_perf_event 5 > /dev/null
emit put_perf 8 1 1 > /dev/null
until_true 60 lines_in "$TMP/typed" 2
check_eq "a record of the type, with padding" "seq=5 cpu=7 comm=\"a name\" at.x=-1 at.y=2" "$(sed -n 1p "$TMP/typed")"
check_eq "and one that is too short for it" "$(sample 1)" "$(sed -n 2p "$TMP/typed" | cut -c 1-18)"
kill "$reader"
wait "$reader" 2> /dev/null

# Lost ones are counted. The reader keeps still, so that the ring fills up.
listen perf.events "$TMP/lost"
kill -STOP "$reader"
failed=0 put=0
for ((i = 0; i < 100; i++)); do
	n=$(ev_run "$B/put_perf" -c 0 60000 10 0)
	failed=$((failed + n))
	put=$((put + 10))
done
kill -CONT "$reader"
until_true 60 eval '[ $(ev_run "$B/put_perf" -c 0 8 1 99) = 0 ]' # a lost record is told of before the next one
until_true 60 eval 'tail -n 1 "$TMP/lost" | grep -q "^$(sample 99)"'
kill "$reader"
wait "$reader" 2> /dev/null
told=$(sed -n 's/^# lost //p' "$TMP/lost" | awk '{ n += $1 } END { print n + 0 }')
refused=$(grep -c "^$(sample 99)" "$TMP/lost")
check_ne "some were lost" 0 "$failed"
[ "$told" -ge "$failed" ] && [ "$told" -le $((failed + 400)) ] && pass "told" ||
	fail "# lost tells how many" "$failed, and those of the tries after that" "$told"
check_eq "each of the others was read" $((put - failed + refused)) "$(grep -c ^0x "$TMP/lost")"

# poll(2), and reading without waiting.
mt_io perf.events o:r,nonblock r:100 P:20000 r:100 P:0 r:100 > "$TMP/polled" &
poller=$!
until_true 60 eval 'lines_in "$TMP/polled" 2 && polling $poller'
emit put_perf 8 1 50 > /dev/null
wait $poller
check_like "poll is told" "^0 EAGAIN 1 \[$(sample 50)[0-9a-f]{8}.n\] 0 EAGAIN\$" "$(tr '\n' ' ' < "$TMP/polled" | sed 's/ $//')"

# The next open waits for a close that is under way.
pairs=()
for i in $(seq 12); do pairs+=(o:r c); done
check_eq "a reader that has closed is not in the way of the next" "" "$(mt_io perf.events "${pairs[@]}" | grep -v '^[0-9]')"
