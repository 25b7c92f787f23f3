#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R24, R32: M.mem, the memory of an MMAPABLE array or an arena; R1, R5 on what it shares with M/KEY.
. "$(dirname "$0")/lib.sh"
MMAPABLE=0x400
new_map m array 4 8 1000 flags $MMAPABLE      # 8000 bytes: two pages
new_map one array 4 4096 1 flags $MMAPABLE    # an entry that is a page
new_map big array 4 8 1000000 flags $MMAPABLE # many windows
new_map odd array 4 12 100 flags $MMAPABLE    # steps of 16
new_map frozen array 4 8 10 flags $MMAPABLE
new_map ro array 4 8 10 flags 0x480           # BPF_F_RDONLY_PROG
new_map plain array 4 8 10
new_map h hash 4 8 10
typed_maps
mt_load "$OBJ/mem_maps.bpf.o" "$B" || exit 1
start || exit 1
pid=$(driver_pid)
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
maps_of_driver() { grep -c bpf-map "/proc/$pid/maps"; }
cd "$MNT" || exit 1

# --- sizes, and what has none
check_eq "R24: exact size, in pages" "8192 4096 8003584 4096" "$(size m.mem) $(size one.mem) $(size big.mem) $(size odd.mem)"
check_eq "others can be stat'ed" "0 0" "$(size plain.mem) $(size h.mem)"
check_eq "rw as the pin" "$(mode m.tsv)" "$(mode m.mem)"
fails_with "an array that is not mmapable" "not supported" cat plain.mem
fails_with "a hash" "not supported" cat h.mem
check_like "the reason" "mmapable" "$(cat plain.errors)"
check_like "the reason" "hash has no memory" "$(cat h.errors)"
check_eq "M.forms" "mem none" "$(ls m.forms | grep -x mem) $(ls plain.forms h.forms | grep -x mem || echo none)"
check_eq "R32: a stat maps nothing" 0 "$(maps_of_driver)"

# --- reading
map_put m 0 0x1122334455667788
map_put m 999 0x99
check_eq "the whole" "8192" "$(wc -c < m.mem)"
check_eq "the first word" "8877665544332211" "$(hex -N 8 m.mem)"
check_eq "at an offset" "99" "$(hex -j 7992 -N 1 m.mem)"
check_eq "pread" "0 [wf] [] [\x00]" "$(io m.mem o:r R:1:2 R:8192:5 R:8191:100)"
check_eq "no snapshot: each read is of now" "0 [\x88] 0 [\x01]" \
	"$(io m.mem o:r R:0:1 "!bpftool map update pinned $B/m key hex 00 00 00 00 value hex 01 00 00 00 00 00 00 00" R:0:1)"
check_eq "lseek" "0 8 [\x00]" "$(io m.mem o:r l:8 r:1)"
mt_map fill "$B/big" 0 1000000 5
want=$(perl -e 'print pack("Q<*", map { 5 + $_ } 0 .. 999999)' | cksum)
for bs in 512 4096 100000 1M; do
	check_eq "dd bs=$bs of many windows" "$want" "$(dd if=big.mem bs=$bs 2> /dev/null | head -c 8000000 | cksum)"
done
check_eq "dd bs=1" "0500000000000000060000" "$(dd if=big.mem bs=1 count=11 2> /dev/null | hex)"
check_eq "cat" "8003584" "$(cat big.mem | wc -c)"
check_eq "od counts" "1000004" "$(od -An -v -tu8 -w8 -j7999992 -N8 big.mem | xargs)"
head -c 4096 /dev/urandom > "$TMP/page"
cp "$TMP/page" one.raw/0
works "cmp with M.raw" cmp one.mem one.raw/0
works "cmp with what was written" cmp one.mem "$TMP/page"

# --- writing
works "dd, one byte" dd if=<(printf Z) of=m.mem conv=notrunc bs=1 seek=8 status=none
check_eq "bpftool sees it" "5a00000000000000" "$(map_value m "$(le 4 1)")"
check_eq "and so does M/KEY" 90 "$(cat m/1)"
works "R32: .mem, M/KEY and += meet" eval 'echo +=1 > m/1'
check_eq "R32: .mem, M/KEY and += meet" 5b "$(hex -j 8 -N 1 m.mem)"
check_eq "pwrite at any offset" "0 3 3 [abc]" "$(io m.mem o:rw p:4095:abc l:3 R:4095:3)"
check_eq "across pages, in the map" "61 6263" "$(map_value m "$(le 4 511)" | cut -c15-) $(map_value m "$(le 4 512)" | cut -c1-4)"
check_eq "O_TRUNC changes nothing" "0 8192 [[]" "$(io m.mem o:rw,trunc s R:8:1)"
works "truncate is taken" truncate -s 0 m.mem
check_eq "and changes nothing" "8192 5b" "$(size m.mem) $(hex -j 8 -N 1 m.mem)"
check_eq "at the end ENOSPC" "0 ENOSPC ENOSPC" "$(io m.mem o:w p:8192:x p:9999999:xyz)"
check_eq "across the end as much as fits" "0 2 [yz]" "$(io m.mem o:rw p:8190:yzzz R:8190:9)"
check_like "the reason" "8192 bytes" "$(cat m.errors)"
fails_with "cat of too much" "No space left" eval 'head -c 9000 /dev/zero | cat > m.mem'
check_eq "what fits was written" 0 "$(cat m/1)"
fails_with ">> is at the end" "No space left" dash -c 'dd oflag=append conv=notrunc bs=1 count=1 if=/dev/zero of=m.mem status=none'
perl -e 'print pack("Q<*", map { 7 * $_ } 0 .. 999999)' > "$TMP/all"
works "all of a large one" cp "$TMP/all" big.mem
check_eq "the kernel has it" $((7 * 999999 * 500000)) "$(mem_arena sum "$B/big" 1000000)"
check_eq "and the text" "$((7 * 999999))" "$(cat big/999999)"
works "bs=1M across windows" dd if="$TMP/all" of=big.mem bs=1M conv=notrunc status=none
check_eq "steps of 16 in odd" "0 [\x01] 1" "$(map_set odd "$(le 4 1)" "$(le 8 1) $(le 4 0)"; io odd.mem o:r R:16:1) $(cat odd.raw/1 | hex | grep -c ^01)"

check_eq ".id/N.mem" "$(cksum < m.mem)" "$(cksum < ".id/$(map_id m).mem")"

# --- what programs may only read is not mapped for writing by anybody
works "RDONLY_PROG: M/KEY takes a value" put 5 ro/1
works "RDONLY_PROG: and +=" put +=2 ro/1
check_eq "RDONLY_PROG: it is read" 07 "$(hex -j 8 -N 1 ro.mem)"
fails_with "RDONLY_PROG: .mem is not written" "not permitted" eval 'printf x > ro.mem'
check_like "the reason" "BPF_F_RDONLY_PROG" "$(cat ro.errors)"

# --- values with locks and timers are not mapped
for m in guarded timed; do
	fails_with "$m: no memory" "not supported" cat $m.mem
	check_like "$m: the reason" "locks, timers" "$(cat $m.errors)"
	check_eq "$m: M.forms" "" "$(ls $m.forms | grep -x mem)"
	works "$m: +=" eval 'echo n+=3 > $m/1 && echo n+=4 > $m/1'
	check_eq "$m: the entry is read and written" "n=7" "$(cat $m/1)"
	check_eq "$m: and listed" "n=7" "$(sed -n 's/^1\t//p' $m.tsv)"
done

# --- two writers at once, each its own bytes; and += among them
printf '%08192d' 0 | tr 0 '\0' > "$TMP/zero"
cp "$TMP/zero" m.mem
writer() { for _ in 1 2 3 4 5 6; do for ((k = $1; k < 60; k += 2)); do io m.mem o:w "p:$((k * 8 + 3)):$2" > /dev/null; done; done; }
adder() { for _ in $(seq 100); do echo +=1 > m/100 || exit 1; done; }
writer 0 A & j1=$!
writer 1 B & j2=$!
adder & j3=$!
adder & j4=$!
while kill -0 $j1 2> /dev/null; do cat m.mem > /dev/null; cat m.tsv > /dev/null; done
for j in $j1 $j2 $j3 $j4; do wait $j || fail "writers" ok error; done
check_eq "two writers" "30 30 0" "$(head -c 480 m.mem | tr -cd A | wc -c) $(head -c 480 m.mem | tr -cd B | wc -c) $(head -c 480 m.mem | tr -d 'AB\0' | wc -c)"
check_eq "+= beside them" 200 "$(map_u m 100)"

# --- frozen
map_put frozen 3 77
exec 5<> frozen.mem
works "a write" eval 'printf M >&5'
works "R32: an open .mem keeps nothing from being frozen" bpftool map freeze pinned "$B/frozen"
check_eq "it is read as before" "4d" "$(dd bs=1 skip=23 count=1 <&5 2> /dev/null | hex)"
fails_with "frozen: EPERM" "not permitted" eval 'printf x >&5'
exec 5>&-
check_like "the reason" "frozen" "$(cat frozen.errors)"
until_true 60 eval '[ "$(mode frozen.mem)" = 400 ]' && pass mode || fail "no w" 400 "$(mode frozen.mem)"
fails_with "not for root either" "not permitted" eval 'printf x > frozen.mem'
check_eq "and nothing was" 77 "$(map_u frozen 3)"
# Whoever freezes while we write: one of the two waits, or is told; never is the map left open.
for m in race1 race2 race3 race4; do
	new_map $m array 4 8 1000000 flags $MMAPABLE
	( while dd if="$TMP/all" of=$m.mem bs=1M conv=notrunc status=none; do :; done 2> /dev/null ) & j1=$!
	( while dd if="$TMP/all" of=$m.mem bs=1M conv=notrunc status=none; do :; done 2> /dev/null ) & j2=$!
	( while echo +=1 > $m/1; do :; done 2> /dev/null ) & j3=$!
	until_true 60 eval "[ \$(map_u $m 999999) != 0 ]"
	works "R32: .frozen while it is written" put 1 $m.frozen
	[ "$(cat $m.frozen)" = 1 ] || kill $j1 $j2 $j3
	wait $j1 $j2 $j3
	check_eq "R32: it is frozen, and all writers were told" 1 "$(cat $m.frozen)"
done

check_eq "M.mem of a map with types" "$(size shared.mem)" "$(wc -c < shared.mem)"
bss=$(ls "$B" | grep bss)
printf '\x09' | dd of="$bss.mem" bs=1 conv=notrunc status=none
check_like "global variables are memory" "conf_hits=9" "$(cat "$bss/0")"

# --- R17: what is mapped is let go
id=$(map_id one)
exec 6< one.mem
check_ne "R17: while open" 0 "$(maps_of_driver)"
exec 6>&-
until_true 60 eval '[ "$(maps_of_driver)" = 0 ]' && pass unmapped || fail "R17: it is unmapped" 0 "$(maps_of_driver)"
rm one.pin
until_true 60 eval '! map_alive '"$id" && pass gone || fail "R17: the map goes" gone "id $id is there"

# --- an open file keeps nothing of what it read
case $BPFMAPFS in */thread/*|*/address,*) ;; *)
	rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
	before=$(rss)
	grown=$(perl -e 'for (1 .. 200) { open($f[$_], "<", "big.mem") && sysread($f[$_], $x, 1 << 20) == 1 << 20 or die }
		open(S, "<", "/proc/$ARGV[0]/status"); print /(\d+)/ for grep(/^VmRSS/, <S>)' "$pid")
	[ $((grown - before)) -lt 102400 ] && pass small || fail "200 open files" "less than 100 MiB" "$((grown - before)) KiB"
esac

# --- rights
chmod 600 m
[ "$(id -u nobody 2> /dev/null)" ] && fails_with "others have no right" "ermission denied" setpriv --reuid nobody --clear-groups cat "$MNT/m.mem"
mount -i -o remount,ro "$MNT"
fails_with "read-only" "Read-only" eval 'printf x > m.mem'
check_eq "but read" 8192 "$(wc -c < m.mem)"
