#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# M.events of a ring buffer: what is printed, what a read gets, what is consumed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
start || exit 1
cd "$MNT" || exit 1

works "R24: it can be stat'ed" stat ring.events
check_eq "a stream has size 0" 0 "$(size ring.events)"
check_eq "M.forms/ lists it for a ring buffer" ../ring.events "$(readlink ring.forms/events)"
check_eq "and for a perf event array" ../perf.events "$(readlink perf.forms/events)"
check_eq "and for nothing else" "" "$(ls inbox.forms outbox.forms source.forms | grep events)"
fails_with "R24: an array has none" "not supported" cat outbox.events
fails_with "R24: nor has a user ring buffer" "not supported" cat inbox.events
grep -q "write them to .push" inbox.errors && pass "the reason" || fail "the reason" "write them to .push" "$(cat inbox.errors)"
fails_with "it is not written" "denied" bash -c 'echo 1 > ring.events'
fails_with "nor removed" "not permitted" rm ring.events
check_eq "there is nothing" EAGAIN "$(io ring.events o:r,nonblock r:100 | cut -d' ' -f2)"

# Looking at the tree consumes nothing and blocks nowhere.
check_eq "a record is put in" 0 "$(emit put 16 1 77 0)"
timeout 60 find . > /dev/null
timeout 60 grep -r 77 . > /dev/null
ls -la . ring ring.forms > /dev/null
stat ring.events > /dev/null
check_eq "and is there after find, grep -r, ls and stat" "$(line 77 16)" "$(now ring.events)"
check_eq "once" "" "$(now ring.events)"

# Sizes. A record's line is 0x, two digits a byte, and a newline.
emit put 0 1 0 0 > /dev/null
check_eq "a record of no bytes" 0x "$(now ring.events)"
emit put 1 1 0 0 > /dev/null
check_eq "of one" 0x4d "$(now ring.events)" # what is left of 77
emit put 131056 1 5 0 > /dev/null
check_eq "a large one" "$(line 5 131056 | cksum)" "$(now ring.events | cksum)"
check_eq "the largest there can be" 0 "$(emit put_tiny 4080 1 9 0)"
check_eq "fills the ring" 1 "$(emit put_tiny 0 1 0 0)"
check_eq "and is read" "$(line 9 4080)" "$(now tiny.events 100)"
check_eq "a larger one is not put in" 1 "$(emit put_tiny 4081 1 9 0)"

# What a read gets: whole lines, as many as fit; of a line that does not fit, its bytes.
emit put 8 3 1 0 > /dev/null
one="[$(line 1 8)\\n]" two="[$(line 2 8)\\n]" three="[$(line 3 8)\\n]"
check_eq "two records in one read" "0 [$(line 1 8)\\n$(line 2 8)\\n] $three EAGAIN" "$(io ring.events o:r,nonblock r:40 r:40 r:40)"
emit put 8 2 1 0 > /dev/null
check_eq "a record that does not fit comes next" "0 $one $two" "$(io ring.events o:r,nonblock r:37 r:40)"
emit put 8 2 1 0 > /dev/null
l=$(line 1 8)
check_eq "a line longer than the read comes in parts" "0 [${l:0:10}] [${l:10}\\n] $two" "$(io ring.events o:r,nonblock r:10 r:12 r:40)"
emit put 8 2 1 0 > /dev/null
check_eq "byte by byte" "$(line 1 8)
$(line 2 8)" "$(now ring.events 1)"

# A record is consumed when its reader has all of it.
emit put 8 2 1 0 > /dev/null
check_eq "a record that is read in part" "0 [${l:0:10}]" "$(io ring.events o:r r:10)"
check_eq "is there for the next reader" "0 $one" "$(io ring.events o:r r:19)"
check_eq "and the one after it, too" "0 $two" "$(io ring.events o:r r:100)"
emit put_tiny 2032 1 1 0 > /dev/null
before=$(emit put_tiny 3000 1 3 0)
io tiny.events o:r r:100 > /dev/null
check_eq "until then it keeps its room" "1 1" "$before $(emit put_tiny 3000 1 3 0)"
now tiny.events > /dev/null
check_eq "and takes more then" 0 "$(emit put_tiny 3000 1 3 0)"
now tiny.events > /dev/null

# A stream: forward, a little back, from 0 with what is new.
emit put 8 3 1 0 > /dev/null
check_eq "lseek back gives the same again, as shells want it" \
	"0 [$l\\n] 7 [${l:7}\\n] $two 12 [${l:12}\\n$(line 2 8)\\n] ESPIPE" "$(io ring.events o:r r:19 l:7 r:100 r:19 l:12 r:100 R:1000:5)"
check_eq "at 0 it goes on" "0 $three EAGAIN" "$(io ring.events o:r,nonblock R:0:100 R:0:100)"
emit put 8 3 1 0 > /dev/null
check_eq "head -n 1 takes a line and leaves the next on one descriptor" "$(line 1 8) $(line 2 8)" \
	"$({ head -n 1; head -n 1; } < ring.events | xargs)"
now ring.events > /dev/null
emit put 8 5 1 0 > /dev/null
check_eq "while read" "1 2 3 4 5" "$(n=0; while [ $n -lt 5 ] && read -r x; do n=$((n + 1)); printf '%d ' "0x${x:2:2}"; done < ring.events | xargs)"
emit put 8 4 1 0 > /dev/null
stdbuf -oL tail -n +1 -f ring.events > "$TMP/tail" &
tail=$!
until_true 60 lines_in "$TMP/tail" 4
kill $tail
wait $tail 2> /dev/null
check_eq "tail -f from the start" "$(for i in 1 2 3 4; do line $i 8; done)" "$(cat "$TMP/tail")"

# Around the ring many times, with records of odd sizes.
bad=0
for ((i = 0; i < 150; i++)); do
	emit put_tiny $((8 + i * 7 % 900)) 3 $((i * 3)) 0 > /dev/null
	got=$(now tiny.events | cut -c 3-18 | xargs)
	want=
	for s in 0 1 2; do want+=" $(le 8 $((i * 3 + s)) | tr -d ' ')"; done
	[ "$got" = "${want# }" ] || bad=$((bad + 1))
done
check_eq "records that wrap come whole and in order" "0 of 150 wrong" "$bad of 150 wrong"

# What programs give up is passed over, and its room is free again.
emit put 8 1 1 0 > /dev/null
emit discard 3 > /dev/null
emit put 8 1 2 0 > /dev/null
emit discard 2 > /dev/null
check_eq "discarded records are not printed" "$(line 1 8) $(line 2 8)" "$(now ring.events | xargs)"
bad=0
for ((i = 0; i < 100; i++)); do
	emit discard 100 > /dev/null
	now ring.events > /dev/null
	[ "$(emit put 8 1 3 0)" = 0 ] || bad=$((bad + 1))
	now ring.events > /dev/null
done
check_eq "nor do they fill the ring" 0 $bad

# As fast as it goes: none is lost.
: > "$TMP/all"
cat ring.events >> "$TMP/all" &
reader=$!
failed=0
for ((i = 0; i < 50; i++)); do
	failed=$((failed + $(emit put 24 2000 $((i * 2000)) 0)))
	until_true 60 lines_in "$TMP/all" $(((i + 1) * 2000 - failed)) || break
done
kill $reader
check_eq "nothing below the size of the ring was lost" 0 $failed
check_eq "a hundred thousand records, each once and in order" "$(for ((i = 0; i < 100000; i++)); do echo $i; done | cksum)" \
	"$(cut -c 3-10 "$TMP/all" | sed 's/\(..\)\(..\)\(..\)\(..\)/0x\4\3\2\1/' | xargs printf '%d\n' | cksum)"
