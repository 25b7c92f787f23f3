#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# M.events@TYPE: records as a type that a program which uses the map has.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
new_map alone ringbuf 0 0 4096
id=$(map_id ring)
start || exit 1
cd "$MNT" || exit 1
event() { echo "seq=$1 cpu=7 comm=\"a name\" at.x=-1 at.y=2"; }

works "it can be stat'ed, whatever the type" stat ring.events@event ring.events@nonsense
check_eq "it is a file like M.events" "$(stat -c %a-%s ring.events)" "$(stat -c %a-%s ring.events@event)"
check_ne "of its own" "$(inode ring.events)" "$(inode ring.events@event)"
absent "no other form takes a type" ring.tsv@event
absent "nor an empty one" ring.events@
check_eq "M.forms/ completes it, too" ../ring.events@event "$(readlink ring.forms/events@event)"

emit put_event 2 9 > /dev/null
check_eq "a struct" "$(event 9)
$(event 10)" "$(now ring.events@event)"
emit put_event 1 11 > /dev/null
check_eq "with its prefix" "$(event 11)" "$(now "ring.events@struct event")"
emit put_event 1 12 > /dev/null
check_eq "through M.forms/" "$(event 12)" "$(now ring.forms/events@event)"
emit put_event 1 13 > /dev/null
check_eq "through .id" "$(event 13)" "$(now ".id/$id.events@event")"

# Records of other sizes are bytes.
emit put 16 1 3 0 > /dev/null
emit put_event 1 14 > /dev/null
emit put 64 1 4 0 > /dev/null
emit put 0 1 4 0 > /dev/null
check_eq "a record of another size is printed as its bytes" "$(line 3 16)
$(event 14)
$(line 4 64)
0x" "$(now ring.events@event)"

# Other kinds of types: what the record holds is the kernel's word.
map_set source "00 00 00 00" "01 00 00 00 $(yes 00 | head -n 131068 | xargs)" 2> /dev/null
number() { emit put 4 1 0 0 > /dev/null; }
number
check_eq "an enum" GREEN "$(now ring.events@color)"
number
check_eq "an enum with its prefix" GREEN "$(now "ring.events@enum color")"
number
check_eq "a typedef" 1 "$(now ring.events@number)"
number
check_eq "an integer" 1 "$(now "ring.events@unsigned int")"
number
check_like "a union" "word=1|0x01000000" "$(now ring.events@either)"

# What is no type.
fails_with "no such type" "No such file" cat ring.events@nonsense
like=$(tail -n 1 ring.errors)
check_like "the reason names what there is" "no program that uses this map has a type 'nonsense'.*event" "$like"
fails_with "the prefix counts" "No such file" cat "ring.events@union event"
fails_with "a type without a size" "No such file" cat ring.events@void
fails_with "a map that no program uses" "No such file" cat alone.events@event
check_like "says so" "no program uses this map" "$(tail -n 1 alone.errors)"
check_eq "nothing of that was consumed, or kept busy" EAGAIN "$(io ring.events@event o:r,nonblock r:10 | cut -d' ' -f2)"

# It waits as M.events does.
listen ring.events@event "$TMP/out"
fails_with "R31: one reader" "busy" cat ring.events
emit put_event 1 15 > /dev/null
until_true 60 lines_in "$TMP/out" 1
check_eq "a waiting reader gets it" "$(event 15)" "$(cat "$TMP/out")"
kill "$reader"
wait "$reader" 2> /dev/null

# Nothing keeps the map or the programs that were asked for the type.
prog=$(bpftool -j prog show pinned "$B/put" | sed 's/.*"id":\([0-9]*\).*/\1/')
dead() { ! map_alive "$id" && ! bpftool prog show id "$prog" > /dev/null 2>&1; }
rm -f "$B"/*
until_true 60 dead && pass "gone" || fail "the map and its programs go with their pins" gone "one is still there"
