#!/bin/bash
# SPDX-License-Identifier: MIT
# Queues and stacks: .push .peek .pop.
. "$(dirname "$0")/lib.sh"
new_map q queue 0 8 3
new_map s stack 0 4 8
new_map h hash 4 8 4
start || exit 1
cd "$MNT" || exit 1

fails_with "an empty queue has no head" "No such file" cat q.peek
fails_with "and nothing to pop" "No such file" cat q.pop
echo 1 > q.push
printf '2\n3\n' > q.push
check_eq "peek reads the head" "1 1" "$(cat q.peek q.peek | xargs)"
check_eq "the kernel has it" 0x01 "$(bpftool -j map peek pinned "$B/q" | jq -r '.value[0]')"
fails_with "a full queue" "No space left" bash -c 'echo 4 > q.push'
check_eq "pop takes the head, in order" "1 2 3" "$(cat q.pop q.pop q.pop | xargs)"
fails_with "and then it is empty" "No such file" cat q.pop
echo 77 > q.push
echo 88 > q.push
check_eq "pop takes once per open, whatever the read sizes" 77 "$(dd if=q.pop bs=1 2> /dev/null)"
check_eq "and left the next" 88 "$(cat q.peek)"
fails_with "what is no value" "I/O error" dash -c 'printf "5\nx\n" > q.push' # dash writes once, and says no more
check_eq "R21: pushes nothing" 88 "$(cat q.pop)"
fails_with "R21: pushes nothing" "No such file" cat q.peek
grep -q "'x' is no number" q.errors && pass "the reason" || fail "the reason is in .errors" "'x' is no number" "$(cat q.errors)"

printf '1\n2\n3\n' > s.push
check_eq "a stack gives the last first" "3 2 1" "$(cat s.pop s.pop s.pop | xargs)"
works "R24: any map has the form" stat h.pop
fails_with "R24: but a hash is no queue" "not supported" cat h.pop
fails_with "R24: nor for pushing" "not supported" bash -c 'echo 1 > h.push'
check_eq "it lists nothing" "" "$(ls -A q)"

echo 5 > q.push
mount -i -o remount,ro "$MNT"
fails_with "R19: no pop while read-only" "Read-only" cat q.pop
check_eq "R19: peek changes nothing" 5 "$(cat q.peek)"
mount -i -o remount,rw "$MNT"
check_eq "R19: and again" 5 "$(cat q.pop)"
echo 1 > q.frozen
fails_with "a frozen queue takes nothing" "not permitted" bash -c 'echo 1 > q.push'
new_map plain hash 4 8 16
fails_with "R24: a type without .push has none to read, either" "Operation not supported" cat "$MNT/plain.push"
