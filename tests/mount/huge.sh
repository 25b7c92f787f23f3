#!/bin/bash
# SPDX-License-Identifier: MIT
# Values of a mebibyte, as text and raw: lines longer than any write(2).
. "$(dirname "$0")/lib.sh"
size=1048576
new_map huge array 4 $size 3
start || exit 1
unhex() { perl -ne 'chomp; print pack("H*", $_)'; }
h=$MNT/huge r=$MNT/huge.raw
head -c $size /dev/urandom > "$TMP/bytes"

works "raw: cp in" cp "$TMP/bytes" "$r/0"
works "raw: is the same" cmp "$TMP/bytes" "$r/0"
check_eq "raw: bpftool sees it" "$(md5sum < "$TMP/bytes")" \
	"$(bpftool -j map lookup pinned "$B/huge" key hex 00 00 00 00 | sed 's/.*"value":\[//; s/[]"},]//g; s/0x//g' | unhex | md5sum)"
check_eq "R1: the text's size" $((2 * size + 3)) "$(size "$h/0")"
check_eq "R1: cat has it all" $((2 * size + 3)) "$(cat "$h/0" | wc -c)"
works "cp out" cp "$h/0" "$TMP/text"
check_eq "cp out has it all" $((2 * size + 3)) "$(size "$TMP/text")"
check_eq "the text is the bytes" "$(md5sum < "$TMP/bytes")" "$(sed 's/^0x//' "$TMP/text" | unhex | md5sum)"
works "R2: cp in: a line across many writes" cp "$TMP/text" "$h/1"
works "R2: cp in: a line across many writes" cmp "$r/0" "$r/1"
works "cp from entry to entry" cp "$h/0" "$h/2"
works "cp from entry to entry" cmp "$r/0" "$r/2"
works "no newline at its end" eval 'head -c -1 "$TMP/text" > "$h/2"'
works "written by small pieces that end in a newline" dd status=none bs=5000 if="$TMP/text" of="$h/2"
works "written by small pieces that end in a newline" cmp "$r/0" "$r/2"
works "raw: by pieces" dd status=none bs=700 if="$TMP/bytes" of="$r/2"
works "raw: from the middle" eval 'tail -c +1000000 "$r/2" | cmp - <(tail -c +1000000 "$TMP/bytes")'
check_like "one byte too many" "Invalid argument|too large|File too large" "$( (cat "$TMP/text" | tr -d '\n'; echo 00) 2>/dev/null | dd bs=128k iflag=fullblock of="$h/1" 2>&1)"
works "and the value is as it was" cmp "$r/0" "$r/1"
