#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Bloom filters (R30): touch M/VALUE adds, test -e M/VALUE asks, nothing is listed.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_bloom.bpf.o" "$B" || exit 1
new_map raw bloom_filter 0 5 100
new_map wide bloom_filter 0 4194304 2
start || exit 1
cd "$MNT" || exit 1

# has PIN HEX...: does the kernel say that the filter has it?
has() { mt_bloom "$B/$1" "${*:2}"; }

check_eq "a number that was not added" absent "$(has numbers "$(le 4 5)")"
absent "and is not there" numbers/5
works "touch adds" touch numbers/5
check_eq "the kernel has it" present "$(has numbers "$(le 4 5)")"
works "test -e asks" test -e numbers/5
absent "what was not added" numbers/6
absent "what is no value" numbers/x
check_eq "it reads empty" 0 "$(cat numbers/5 | wc -c)"
check_eq "and is empty" 0 "$(size numbers/5)"
works "touch again" touch numbers/5
check_eq "R8: another spelling is the same" "$(inode numbers/5)" "$(inode numbers/0x5)"
check_eq "nothing is listed" "" "$(ls -A numbers)"

works "R4: an empty line adds" put "" numbers/10
check_eq "R4: the kernel has it" present "$(has numbers "$(le 4 10)")"
works "R4: so does the last close" eval ': > numbers/11'
works "R4: before the next request" test -e numbers/11
check_eq "R4: the kernel has it" present "$(has numbers "$(le 4 11)")"
check_eq "R4: not with O_EXCL" "0 0" "$(io numbers/12 o:w,creat,excl c)"
absent "R4: not with O_EXCL" numbers/12
check_eq "R4: nor for touching it then" "0 0 0" "$(io numbers/12 o:w,creat,excl t c)"
check_eq "R4: nor for touching it then" absent "$(has numbers "$(le 4 12)")"
check_eq "R3: O_EXCL and a line" "0 1 0 present" "$(io numbers/12 o:w,creat,excl 'w:\n' c) $(has numbers "$(le 4 12)")"
check_eq "R3: O_EXCL of what is there" EEXIST "$(io numbers/12 o:w,creat,excl)"
fails_with "an entry holds nothing" "Invalid argument" put 1 numbers/13
check_eq "R4: nothing after a rejected write" absent "$(has numbers "$(le 4 13)")"
fails_with "a name that is no value" "Invalid argument" touch numbers/4294967296
fails_with "rm cannot be" "not supported" rm -f numbers/5
check_like "rm: the reason" "forgets nothing" "$(tail -n1 numbers.errors)"
fails_with "R15: rmdir" "not empty" rmdir numbers
fails_with "R7: mv of an entry" "" mv numbers/5 numbers/20
works "R7: chmod changes nothing" chmod 600 numbers/5

wt_map run "$B/add_number" 3
works "what a program adds" test -e numbers/7000 -a -e numbers/7001 -a -e numbers/7002
absent "what it has not yet added" numbers/7003

works "a text" touch words/%2E.hidden
check_eq "a text: the kernel has it" present "$(has words "$(hex_of "..hidden" 16)")"
works "the empty text" touch words/%00
check_eq "the empty text: the kernel has it" present "$(has words "$(hex_of "" 16)")"
fails_with "a text too long" "Invalid argument" touch words/12345678901234567
works "a struct" touch peers/addr=10.0.0.1,port=80,proto=6
check_eq "a struct: the kernel has it" present "$(has peers 0a 00 00 01 50 00 06 00)"
works "a struct by position" test -e peers/10.0.0.1,80,6
absent "another struct" peers/10.0.0.1,81,6
works "bytes" touch raw/0x0102030405
check_eq "bytes: the kernel has them" present "$(has raw 01 02 03 04 05)"

# Forms.
works ".tsv takes what is to be added" eval 'printf "100\t\n101\t\n" > numbers.tsv'
check_eq ".tsv added" "present present" "$(has numbers "$(le 4 100)") $(has numbers "$(le 4 101)")"
fails_with ".tsv: a value" "Invalid argument" bash -c 'printf "102\t1\n" > numbers.tsv || exit 1'
fails_with ".tsv cannot be read" "not supported" cat numbers.tsv
for f in csv json prom count drain; do
	works "R24: .$f can be stat'ed" stat "numbers.$f"
	fails_with "R24: .$f" "not supported" cat "numbers.$f"
	check_like "R24: .$f: the reason" "bloom filter" "$(tail -n1 numbers.errors)"
done
for f in clear replace push; do fails_with "R24: .$f" "not supported" put 1 "numbers.$f"; done
for f in peek pop events mem; do
	[ ! -e "numbers.$f" ] || fails_with "R24: .$f" "not supported" cat "numbers.$f"
done
fails_with "R24: .raw/" "not supported" ls numbers.raw
absent "R24: .raw/KEY" numbers.raw/5
fails_with "R24: .raw/KEY cannot be made" "not supported" touch numbers.raw/5
check_eq ".forms" "errors frozen h info pin spec tsv users" "$(ls numbers.forms | xargs)"
check_like ".info" "type=bloom_filter" "$(tr '\n' ' ' < numbers.info)"
check_like ".spec" "type=bloom_filter value=u32 .*map_extra=3" "$(cat numbers.spec)"
works ".spec makes another" cp peers.spec more.spec
works "and that is empty" touch more/10.0.0.2,1,1
check_eq "of the same shape" "$(cat peers.spec | sed 's/name=[^ ]*//')" "$(cat more.spec | sed 's/name=[^ ]*//')"
check_like ".h" "typedef struct peer peers_value;" "$(cat peers.h)"
check_like ".users" "add_number" "$(cat numbers.users)"
works "grep -r finds nothing and ends" timeout 60 bash -c '! grep -r . numbers'

# A value of 4 MiB has no name that a directory could hold.
check_eq "the widest value" "" "$(ls -A wide)"
absent "and no key of one digit" wide/1
fails_with "R11: a shortened name makes nothing" "Invalid argument" touch "wide/$(printf '0x%.0s0' $(seq 220) | cut -c1-222)~0123456789abcdef0123456789abcdef"
{ printf 0x; head -c 8388608 /dev/zero | tr '\0' a; printf '\t\n'; } > "$TMP/wide"
works ".tsv adds it all the same" cp "$TMP/wide" wide.tsv
check_eq "the kernel has it" present "$(head -c 4194304 /dev/zero | tr '\0' '\252' | mt_bloom "$B/wide" -)"

# Rights.
chmod 444 "$B/numbers"
cd / && stop && chmod 755 "$TMP" && start allow_other && cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
check_eq "R18: a pin that others may read" "555 444" "$(mode numbers) $(mode numbers/5)"
works "R18: others may ask" user test -e numbers/5
fails_with "R18: and not add" "denied" user touch numbers/30
check_eq "R18: not added" absent "$(has numbers "$(le 4 30)")"
chmod 600 "$B/numbers"
until_true 60 eval '[ "$(mode numbers)" = 700 ]'
fails_with "R18: a pin of its owner's alone" "" user test -e numbers/5
bpftool map freeze pinned "$B/numbers"
until_true 60 eval '[ "$(mode numbers)" = 500 ]'
works "frozen: it answers" test -e numbers/5
fails_with "frozen: it takes nothing" "not permitted" touch numbers/31
check_eq "frozen: .frozen" 1 "$(cat numbers.frozen)"
works "rm M.pin unpins it" rm numbers.pin
