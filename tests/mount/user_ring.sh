#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# M.push of a user ring buffer; a program takes the records out, into the map outbox.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
start || exit 1
cd "$MNT" || exit 1
# taken N: size and bytes of the n-th record that the program took, by the kernel's word.
taken() {
	local v
	v=$(map_value outbox "$(le 4 "$1")")
	local size=$((0x${v:6:2}${v:4:2}${v:2:2}${v:0:2}))
	echo "$size:${v:8:$((size < 64 ? 2 * size : 128))}"
}

check_eq "M.forms/ lists .push" ../inbox.push "$(readlink inbox.forms/push)"
check_eq "and for nothing that takes no records" "" "$(ls ring.forms outbox.forms perf.forms | grep push)"
fails_with "a ring buffer takes none" "not supported" bash -c 'echo 0x01 > ring.push'
check_like "and says so" "nothing can be pushed to a map of type ringbuf" "$(tail -n 1 ring.errors)"
fails_with "it is not read" "denied" cat inbox.push
check_eq "nothing is there" 0 "$(emit drain)"

echo 0x0102ff > inbox.push
check_eq "bytes" "1 3:0102ff" "$(emit drain) $(taken 0)"
echo 0X0A > inbox.push
check_eq "in either case" "1 1:0a" "$(emit drain) $(taken 0)"
echo '"some text"' > inbox.push
check_eq "a text" "1 9:$(hex_of "some text" | tr -d ' ')" "$(emit drain) $(taken 0)"
printf '%s\n' '"\x00\n\"\\ä"' > inbox.push
check_eq "with escapes" "1 6:000a225cc3a4" "$(emit drain) $(taken 0)"
echo 0x > inbox.push
check_eq "no bytes at all" "1 0:" "$(emit drain) $(taken 0)"
echo '""' > inbox.push
check_eq "an empty text" "1 0:" "$(emit drain) $(taken 0)"
printf '0x01\n"two"\n0x0303\n' > "$TMP/three"
cat "$TMP/three" > inbox.push
check_eq "a line each" "3 1:01 3:74776f 2:0303" "$(emit drain) $(taken 0) $(taken 1) $(taken 2)"
printf 0x44 > inbox.push
check_eq "R2: a short write needs no newline" "1 1:44" "$(emit drain) $(taken 0)"
head -c 3000 /dev/zero | od -An -v -tx1 | tr -d ' \n' | sed 's/^/0x/' > "$TMP/long"
cat "$TMP/long" > inbox.push
until_true 60 eval '[ "$(emit drain)" = 1 ]'
check_like "R2: a long one is complete at the last close" "^3000:" "$(taken 0)"

for bad in 1 text 0x1 0x0g '"open' '"a" b' "'a'" '"\q"' ''; do
	fails_with "no record: $bad" "Invalid argument" bash -c 'echo "$1" > inbox.push' bash "$bad"
done
fails_with "R21: what is no record" "I/O error" dash -c 'printf "0x01\n5\n" > inbox.push' # dash says no more
check_eq "R21: keeps the lines before it in the same write from being pushed" 0 "$(emit drain)"
check_like "the reason" "'5' is no record" "$(tail -n 1 inbox.errors)"

# Sizes, and a ring that is full. A record takes 8 bytes more than it has, at steps of 8, of 4096.
bytes() { echo "0x$(head -c "$1" /dev/zero | od -An -v -tx1 | tr -d ' \n')"; }
works "the largest" eval 'bytes 4088 > inbox.push'
fails_with "fills it" "No space left" bash -c 'echo 0x > inbox.push'
check_like "and says so" "full until a program takes records out" "$(tail -n 1 inbox.errors)"
check_like "it comes out" "^1 4088:" "$(emit drain) $(taken 0)"
bytes 4089 > "$TMP/large"
fails_with "a larger one never fits" "too long" cp "$TMP/large" inbox.push
check_like "and says how large it may be" "at most 4088" "$(tail -n 1 inbox.errors)"
check_eq "nothing of it is there" 0 "$(emit drain)"

# Around the ring many times.
bad=0
for ((i = 0; i < 100; i++)); do
	{ bytes $((i * 37 % 1200)); echo 0x77; bytes $((i * 11 % 900)); } > "$TMP/some"
	cat "$TMP/some" > inbox.push
	[ "$(emit drain) $(taken 0 | cut -d: -f1) $(taken 1) $(taken 2 | cut -d: -f1)" = \
		"3 $((i * 37 % 1200)) 1:77 $((i * 11 % 900))" ] || bad=$((bad + 1))
done
check_eq "records that wrap come whole and in order" "0 of 100 wrong" "$bad of 100 wrong"

# Two writers at a time lose nothing.
for w in 1 2; do
	(for ((i = 0; i < 30; i++)); do echo "0x0$w" > inbox.push; done) &
	writers[w]=$!
done
wait "${writers[@]}"
check_eq "two writers" 60 "$(emit drain)"
mount -i -o remount,ro "$MNT"
fails_with "read-only" "Read-only" bash -c 'echo 0x01 > inbox.push'
