#!/bin/bash
# SPDX-License-Identifier: MIT
# R6: M.raw/KEY is the value's bytes.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
r=$MNT/hu64.raw
map_put hu64 1 $((0x1122334455667788))
hex() { od -An -v -tx1 | tr -d ' \n'; }
now() { map_value hu64 "$(le 4 1)"; }

check_eq "raw: the bytes" 8877665544332211 "$(cat "$r/1" | hex)"
check_eq "raw: the exact size" 8 "$(size "$r/1")"
check_eq "raw: the names are M's" 1 "$(ls "$r")"
check_eq "raw: any offset" 6655 "$(dd status=none bs=1 skip=2 count=2 if="$r/1" | hex)"
check_eq "raw: past the end" "0 []" "$(io "$r/1" o:r R:8:4)"
check_eq "raw: pread" "0 [\"\x11]" "$(io "$r/1" o:r R:6:9)"
printf 'abcdefgh' > "$r/1"
check_eq "raw: writes all bytes" 6162636465666768 "$(now)"
printf '12345678' | dd status=none bs=1 of="$r/1"
check_eq "raw: gathers bytes" 3132333435363738 "$(now)"
printf '\n\0\n\n45\n\n' | dd status=none bs=3 of="$r/1"
check_eq "raw: newlines are bytes" 0a000a0a34350a0a "$(now)"
cp "$r/1" "$TMP/bytes"
check_eq "raw: cp out and in" 8 "$(size "$TMP/bytes")"
map_put hu64 1 5
works "raw: cp out and in" cp "$TMP/bytes" "$r/1"
check_eq "raw: cp out and in" 0a000a0a34350a0a "$(now)"
check_eq "raw: by offset, out of order" "0 4 4 0" "$(io "$r/1" o:w p:4:WXYZ p:0:STUV c)"
check_eq "raw: by offset, out of order" 535455565758595a "$(now)"
check_eq "raw: a close before all are there" "0 4 0" "$(io "$r/1" o:w p:0:abcd c)"
check_eq "raw: a close before all are there stores nothing" "535455565758595a 535455565758595a" "$(cat "$r/1" | hex) $(now)"
check_like "raw: and says so" "hu64.raw/1" "$(tail -n1 "$MNT/hu64.errors")"
check_eq "raw: a gap" "0 3 3 0" "$(io "$r/1" o:w p:0:abc p:5:xyz c)"
check_eq "raw: a gap stores nothing" "535455565758595a 535455565758595a" "$(cat "$r/1" | hex) $(now)"
n=$(wc -l < "$MNT/hu64.errors")
check_like "raw: an excess is refused" "^0 E[A-Z]* 0$" "$(io "$r/1" o:w 'w:123456789' c)"
check_eq "raw: an excess stores nothing" "535455565758595a" "$(now)"
[ "$(wc -l < "$MNT/hu64.errors")" -gt "$n" ] || fail "raw: an excess says so" "a line" none
check_like "raw: an excess by offset is refused" "^0 E[A-Z]* 0$" "$(io "$r/1" o:w 'p:8:1' c)"
works "raw: creates" eval 'printf AAAAAAAA > "$r/2"'
check_eq "raw: creates" 4141414141414141 "$(map_value hu64 "$(le 4 2)")"
fails_with "raw: creating a key that is none" "Invalid argument" eval 'printf AAAAAAAA > "$r/none"'
works "raw: rm deletes the entry" rm "$r/2"
check_eq "raw: rm deletes the entry" none "$(map_u hu64 2)"
absent "raw: rm deletes the entry" "$MNT/hu64/2"
fails_with "raw: rm of what is not there" "No such file" rm "$r/2"
works "raw: chmod succeeds" chmod 600 "$r/1"

# Per CPU: possible CPUs x round_up(value_size, 8).
map_set pch32 "$(le 4 1)" "$(le 4 7)"
check_eq "raw: per-CPU size" $((CPUS * 8)) "$(size "$MNT/pch32.raw/1")"
check_eq "raw: per-CPU bytes (bpftool leaves the padding undefined)" "$(for ((i = 0; i < CPUS; i++)); do printf '07000000 '; done)" \
	"$(hex < "$MNT/pch32.raw/1" | sed 's/\(.\{8\}\).\{8\}/\1 /g')"
new=$(for ((i = 1; i <= CPUS; i++)); do printf '\\x%02x\\0\\0\\0\\0\\0\\0\\0' $i; done)
# shellcheck disable=SC2059
printf "$new" > "$MNT/pch32.raw/1"
check_eq "raw: per-CPU writes" "$(for ((i = 1; i <= CPUS; i++)); do printf '%02x000000 ' $i; done | sed 's/ $//')" \
	"$(map_value pch32 "$(le 4 1)")"
check_eq "raw: a struct" 24 "$(put packets=1 "$MNT/flows/10.0.0.1,10.0.0.2,1,2,3"; size "$MNT/flows.raw/10.0.0.1,10.0.0.2,1,2,3")"
put 0x"$(printf '%6000s' '' | tr ' ' b)" "$MNT/bigv/1"
check_eq "raw: a large value" 3000 "$(cat "$MNT/bigv.raw/1" | tr -dc '\273' | wc -c)"
works "raw: a large value through cp" eval 'cp "$MNT/bigv.raw/1" "$TMP/big" && cp "$TMP/big" "$MNT/bigv.raw/2"'
works "raw: both are the same" cmp "$MNT/bigv.raw/1" "$MNT/bigv.raw/2"
