#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# alone
# R31: readers of M.events that wait: woken, told by poll(2), interrupted, killed; a hundred of them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
ln "$B/ring" "$B/twin"
id=$(map_id ring)
start || exit 1
cd "$MNT" || exit 1

time_of() { # COMMAND...: in ms
	local from=${EPOCHREALTIME/./}
	"$@"
	echo $(((${EPOCHREALTIME/./} - from) / 1000))
}

# Woken, by each record, not by a clock that looks now and then: about as fast as by the lines of a FIFO.
by_record() {
	local i
	for i in $(seq 40); do
		emit put 8 1 "$i" 0 > /dev/null
		until_true 60 lines_in "$TMP/out" "$i" || break
	done
}
by_line() {
	local i
	for i in $(seq 40); do
		emit discard 0 > /dev/null
		echo "$i" >&"$fifo"
		until_true 60 lines_in "$TMP/peer" "$i" || break
	done
}
mkfifo "$TMP/fifo"
cat "$TMP/fifo" > "$TMP/peer" &
exec {fifo}> "$TMP/fifo"
listen ring.events "$TMP/out"
line_ms=$(time_of by_line) record_ms=$(time_of by_record)
exec {fifo}>&-
check_eq "a waiting reader gets each record" "$(for i in $(seq 40); do line "$i" 8; done)" "$(cat "$TMP/out")"
[ "$record_ms" -lt $((3 * line_ms + 10000)) ] && pass "at once" ||
	fail "it is woken at once" "40 records about as fast as 40 lines: $line_ms ms" "$record_ms ms"
emit put 8 1 41 1 > /dev/null # BPF_RB_NO_WAKEUP
until_true 60 lines_in "$TMP/out" 41 && pass "one that wakes nobody" || fail "a record that wakes nobody is found" 41 "$(wc -l < "$TMP/out")"
until_true 60 reading "$reader"

# One reader, whatever the name of the file.
fails_with "R31: a second reader" "busy" cat ring.events
fails_with "R31: through another pin" "busy" cat twin.events
fails_with "R31: through .id" "busy" cat ".id/$id.events"
fails_with "R31: of another form of its records" "busy" cat ring.events@event
grep -q "process $reader reads it" ring.errors && pass "the reason" || fail "the reason names the reader" "process $reader reads it" "$(cat ring.errors)"
works "another map's reader is none" timeout 60 dd status=none if=tiny.events iflag=nonblock count=0

# Interrupted: by a signal that ends it, by one that does not, by SIGKILL.
kill -STOP "$reader"
kill -CONT "$reader"
emit put 8 1 42 0 > /dev/null
until_true 60 lines_in "$TMP/out" 42 && pass "it goes on after ^Z" || fail "a reader goes on after SIGSTOP and SIGCONT" 42 "$(tail -n 1 "$TMP/out")"
until_true 60 reading "$reader"
kill -INT "$reader" # background jobs of a script ignore it: its own would not
kill -TERM "$reader"
until_true 60 ended "$reader" && pass "TERM ends it" || fail "SIGTERM ends a waiting reader" ended "it still waits"
wait "$reader" 2> /dev/null
for sig in INT KILL HUP; do
	timeout -k 20 --preserve-status -s $sig 0.3 cat ring.events
	status=$?
	check_eq "SIG$sig ends a waiting reader" $((128 + $(kill -l $sig))) $status
done 2> /dev/null
emit put 8 1 43 0 > /dev/null
check_eq "what comes after that goes to the next reader" "$(line 43 8)" "$(now ring.events)"
bad=0
for i in $(seq 100); do
	emit put 8 1 "$i" 0 > /dev/null
	[ "$(head -n 1 ring.events 2>&1)" = "$(line "$i" 8)" ] || bad=$((bad + 1))
done
check_eq "a reader that has closed is never in the way of the next" "0 of 100" "$bad of 100"
pairs=() # close, and open at once
for i in $(seq 15); do pairs+=(o:r c); done
check_eq "nor one that closes right before" "" "$(for i in $(seq 40); do mt_io ring.events "${pairs[@]}"; done | grep -v '^[0-9]')"
check_eq "a reader in another reader's way gets EBUSY until that closes" "0 EBUSY 0 1" "$(io ring.events o:r o:r c o:r)"

# poll(2).
check_eq "poll: nothing" "0 0" "$(io ring.events o:r P:300)"
emit put 8 2 1 0 > /dev/null
check_eq "poll: ready, until all is read" "0 1 [$(line 1 8)\\n] 1 [$(line 2 8)\\n] 0 EAGAIN" \
	"$(io ring.events o:r,nonblock P:0 r:19 P:0 r:19 P:100 r:19)"
emit discard 3 > /dev/null
check_eq "poll: what was given up is nothing" "0 0 EAGAIN" "$(io ring.events o:r,nonblock P:100 r:19)"
mt_io ring.events o:r,nonblock P:600000 r:100 P:600000 r:100 > "$TMP/polled" & # ten minutes
poller=$!
for i in 1 2; do
	until_true 60 eval 'lines_in "$TMP/polled" $((2 * i - 1)) && polling $poller'
	emit put 8 1 "$i" 0 > /dev/null
done
until_true 60 ended $poller || kill $poller
wait $poller
check_eq "poll is told" "0 1 [$(line 1 8)\\n] 1 [$(line 2 8)\\n]" "$(tr '\n' ' ' < "$TMP/polled" | sed 's/ $//')"
check_eq "poll of other files: always ready" "0 1 0 1" "$(io outbox/3 o:r P:0 P:20000 | cut -d' ' -f1,2) $(io ring.info o:r P:0)"

# A record that its program has not finished holds back those behind it.
if [ "$(nproc)" -gt 1 ]; then # the program keeps a CPU for itself, and lets go after 15 s by itself
	emit hold 7 0 > /dev/null &
	held=$!
	until_true 60 [ "$(map_u ev_event_bss 0)" != none ]
	until_true 60 eval '[[ $(map_value ev_event_bss "00 00 00 00") == 01* ]]'
	emit put 8 1 8 0 > /dev/null
	check_eq "what is behind an unfinished record waits" EAGAIN "$(io ring.events o:r,nonblock r:100 | cut -d' ' -f2)"
	check_eq "and poll says so" "0 0" "$(io ring.events o:r P:300)"
	listen ring.events "$TMP/held"
	bytes=$(map_value ev_event_bss "00 00 00 00" | sed 's/../& /g')
	map_set ev_event_bss "00 00 00 00" "${bytes:0:12}01${bytes:14}"
	wait $held
	until_true 60 lines_in "$TMP/held" 2
	check_eq "they come in order" "$(line 7 8) $(line 8 8)" "$(xargs < "$TMP/held")"
	kill $reader
	wait $reader 2> /dev/null
fi

# A hundred readers that wait hold no thread and slow nothing.
threads() { ls "/proc/$(driver_pid)/task" | wc -l; }
mkdir "$B/many"
for i in $(seq 100); do new_map "many/r$i" ringbuf 0 0 4096; done
lookups() { for i in $(seq 100); do cat source.info outbox/3 ring.spec > /dev/null; done; }
quiet=$(time_of lookups)
had=$(threads)
readers=()
for i in $(seq 100); do
	cat "many/r$i.events" > "$TMP/r$i" 2>&1 &
	readers+=($!)
done
for pid in "${readers[@]}"; do until_true 60 reading "$pid" || fail "a hundred wait" "all" "$pid does not"; done
check_eq "a hundred waiting readers need no thread" "$had" "$(threads)"
# What else runs here takes time, too: the best of three, against the worst without readers.
busy=$(for i in 1 2 3; do time_of lookups; done | sort -n | head -n 1)
listen ring.events "$TMP/among"
emit put 8 1 5 0 > /dev/null
until_true 60 lines_in "$TMP/among" 1 && pass "one among many" || fail "a reader among a hundred gets its record" "$(line 5 8)" "$(cat "$TMP/among")"
kill "${readers[@]}" $reader
wait "${readers[@]}" $reader 2> /dev/null
quiet=$({ echo "$quiet"; time_of lookups; } | sort -n | tail -n 1)
[ "$busy" -lt $((3 * quiet + 1000)) ] && pass "nor time" || fail "a hundred waiting readers slow nothing" "about $quiet ms" "$busy ms"
check_eq "they said nothing" "" "$(cat "$TMP"/r[0-9]*)"
works "and leave the file system as it was" cat "many/r7.info"

# Unmounting.
cd /
listen "$MNT/ring.events" "$TMP/last"
driver=$(driver_pid)
fails_with "umount with a reader is refused, as ever" "busy" umount "$MNT"
umount -l "$MNT"
emit put 8 1 6 0 > /dev/null
until_true 60 lines_in "$TMP/last" 1 && pass "umount -l" || fail "after umount -l a reader goes on" "$(line 6 8)" "$(cat "$TMP/last")"
kill $reader
wait $reader 2> /dev/null
until_true 60 gone "$driver" && pass "it ends with the last reader" || fail "the driver ends with its last reader" gone "it is there"
start
listen "$MNT/ring.events" "$TMP/last"
driver=$(driver_pid)
kill -TERM "$driver"
until_true 60 gone "$driver" && pass "TERM" || fail "the driver ends though a reader waits" gone "it is there"
until_true 60 ended $reader && pass "TERM" || fail "and the reader gets an error" ended "it waits"
umount -l "$MNT" 2> /dev/null
start
listen "$MNT/ring.events" "$TMP/last"
driver=$(driver_pid)
umount -f "$MNT" 2> /dev/null
until_true 60 ended $reader && pass "umount -f" || fail "umount -f ends a reader" ended "it waits"
umount -l "$MNT" 2> /dev/null
until_true 60 gone "$driver" && pass "umount -f" || fail "umount -f ends the driver" gone "it is there"
