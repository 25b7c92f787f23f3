#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R32: M.mem of arenas. Another process that has the arena mapped is the witness.
. "$(dirname "$0")/lib.sh"
# Addresses of this run's own: the driver looks for an arena's in all processes, and this test may run twice.
at() { printf '0x%x' $(($1 + $$ % 4096 * 0x100000)); }
A=$(at 0x7e9000000000) A2=$(at 0x7e9100000000)
mem_arena make "$B/a" 16 $A || skip "no arenas here"
mem_arena make "$B/later" 4 0
mem_arena make "$B/kills" 4 $A2 $((1 << 17))
mem_arena make "$B/large" 1048576 0x7e9400000000
mem_arena make "$B/cold" 4 $A2
start || exit 1
pid=$(driver_pid)
maps_of_driver() { grep -c bpf-map "/proc/$pid/maps"; }
cd "$MNT" || exit 1

check_eq "R24: exact sizes" "65536 16384 4294967296" "$(size a.mem) $(size later.mem) $(size large.mem)"
check_eq "R32: a stat maps nothing" 0 "$(maps_of_driver)"
check_eq "no entries" "" "$(ls -A a)"
check_eq "M.forms" mem "$(ls a.forms | grep -x mem)"
check_eq "zeros at first" 65536 "$(tr -cd '\0' < a.mem | wc -c)"
mem_arena put "$B/a" $A 4090 "across pages"
check_eq "what another process wrote" "across pages" "$(dd if=a.mem bs=1 skip=4090 count=12 2> /dev/null)"
works "written" dd if=<(printf 'by the driver') of=a.mem bs=1 seek=8187 conv=notrunc status=none
check_eq "the other process sees it" "by the driver" "$(mem_arena get "$B/a" $A 8187 13)"
check_eq "two opens share one mapping" "0 [across] 1 3 [xyz]" "$(io a.mem o:r R:4090:6 o:rw p:0:xyz u:0 R:0:3)"
check_eq "at the end" "0 [] ENOSPC 1 [Q]" "$(io a.mem o:rw R:65536:4 p:65536:x p:65535:QQ R:65535:9)"
check_eq "cat, cmp" 65536 "$(cat a.mem | cmp - a.mem && wc -c < a.mem)"
check_eq "all of it is let go" 0 "$(until_true 60 eval '[ "$(maps_of_driver)" = 0 ]'; maps_of_driver)"
# Readers while the mapping changes its rights under a writer.
( for i in $(seq 200); do io a.mem o:w "p:20000:$(printf %04d "$i")" > /dev/null; done ) & j=$!
bad=0
while kill -0 $j 2> /dev/null; do [ "$(dd if=a.mem bs=12 skip=4090 iflag=skip_bytes count=1 2> /dev/null)" = "across pages" ] || bad=1; done
wait $j
check_eq "readers beside a writer" "0 0200" "$bad $(mem_arena get "$B/a" $A 20000 4)"

# One whose pages kill who reads them.
fails_with "R32: segv_on_fault" "not supported" cat kills.mem
fails_with "R32: segv_on_fault" "not supported" eval 'printf x > kills.mem'
check_like "the reason" "segv_on_fault" "$(cat kills.errors)"
check_eq "M.forms has it not" "" "$(ls kills.forms | grep -x mem)"

# One that nobody has mapped, then somebody.
fails_with "an arena without an address" "No such device or address" cat later.mem
check_like "the reason" "nobody has mapped this arena yet" "$(cat later.errors)"
mkfifo "$TMP/end"
mem_arena hold "$B/later" $A2 < "$TMP/end" > "$TMP/held" &
exec 7> "$TMP/end"
until_true 60 grep -q ready "$TMP/held"
check_eq "its address is found" "h" "$(head -c 1 later.mem)"
works "its pages are written" eval 'printf w | dd of=later.mem bs=1 seek=1 conv=notrunc status=none'
check_eq "and shared" "hw" "$(mem_arena get "$B/later" $A2 0 2)"
exec 8< later.mem # $A2 is now taken in the driver
fails_with "one whose address is taken" "busy" cat cold.mem
check_like "the reason" "one address only" "$(cat cold.errors)"
exec 8<&- 7>&-
wait
until_true 60 eval '[ "$(maps_of_driver)" = 0 ]'
check_eq "free again" 16384 "$(wc -c < cold.mem)"
fails_with "who chose it is gone" "Cannot assign requested address" cat later.mem
check_like "the reason" "mapped no more" "$(cat later.errors)"

# 4 GiB: only what is touched costs anything.
check_eq "at the far end" "0 1 [L]" "$(io large.mem o:rw p:4294967295:L R:4294967295:1)"

works "a frozen one" bpftool map freeze pinned "$B/cold"
check_eq "is read" 16384 "$(wc -c < cold.mem)"
fails_with "and not written" "not permitted" eval 'printf x > cold.mem'
check_eq "R7: it is no memory to map" "0 ENODEV" "$(io a.mem o:r m)"
