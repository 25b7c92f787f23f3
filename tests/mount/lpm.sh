#!/bin/bash
# SPDX-License-Identifier: MIT
# LPM tries (R30): an entry is an entry, M.lpm/ADDRESS reads the longest match.
. "$(dirname "$0")/lib.sh"
new_map t lpm_trie 8 8 16 flags 1
new_map six lpm_trie 20 4 16 flags 1
new_map odd lpm_trie 7 4 16 flags 1
start || exit 1
cd "$MNT" || exit 1

echo 8 > t/10.0.0.0_8
echo 16 > t/10.1.0.0_16
check_eq "R30: prefixes are listed" "10.0.0.0_8 10.1.0.0_16" "$(ls t | xargs)"
check_eq "the kernel has them" "0x08,0x00,0x00,0x00,0x0a,0x00,0x00,0x00" \
	"$(bpftool -j map dump pinned "$B/t" | jq -r '.[] | select(.value[0] == "0x08") | .key | join(",")')"
check_eq "R30: an entry is an entry" "8 16" "$(cat t/10.0.0.0_8 t/10.1.0.0_16 | xargs)"
fails_with "R30: a longer prefix only matches, it is not there" "No such file" cat t/10.1.2.0_24
fails_with "R30: nor is a host" "No such file" cat t/10.1.2.3_32
fails_with "R30: nor a shorter one" "No such file" cat t/10.0.0.0_7
fails_with "R3: O_EXCL knows exact prefixes" "cannot overwrite" bash -c 'set -o noclobber; echo 1 > t/10.1.0.0_16'
works "R3: and what only matches is new" bash -c 'set -o noclobber; echo 24 > t/10.1.2.0_24'
check_eq "host bits do not count" 24 "$(cat t/10.1.2.77_24)"
check_eq "R8: the same inode" "$(stat -c %i t/10.1.2.0_24)" "$(stat -c %i t/10.1.2.77_24)"

check_eq "R30: .lpm answers with the longest match" "24 16 8" "$(cat t.lpm/10.1.2.3 t.lpm/10.1.9.9 t.lpm/10.77.0.1 | xargs)"
check_eq "R30: of a prefix, too" 16 "$(cat t.lpm/10.1.2.0_23)"
fails_with "R30: no match" "No such file" cat t.lpm/11.0.0.1
fails_with "R30: .lpm is read only" "denied" bash -c 'echo 1 > t.lpm/10.1.2.3'
check_eq "R1: with its exact size" 3 "$(stat -c %s t.lpm/10.1.2.3)"
check_eq ".lpm lists nothing" "" "$(ls -A t.lpm)"

rm t/10.1.0.0_16
check_eq "rm takes that prefix alone" "10.0.0.0_8 10.1.2.0_24" "$(ls t | sort | xargs)"
fails_with "and it is gone" "No such file" rm t/10.1.0.0_16
check_eq "then the shorter one answers" 8 "$(cat t.lpm/10.1.9.9)"
echo 9 > t/10.0.0.0_8
check_eq "a write updates" 9 "$(cat t/10.0.0.0_8)"
echo 1 > t/0.0.0.0_0
check_eq "the prefix of everything" 1 "$(cat t/0.0.0.0_0 | xargs)"
check_eq "and now all match" 1 "$(cat t.lpm/11.0.0.1)"
fails_with "a length past the address" "Invalid argument" bash -c 'echo 1 > t/10.0.0.0_33'

check_eq "the forms know tries: .tsv" "3" "$(wc -l < t.tsv)"
check_eq ".count" 3 "$(cat t.count)"
check_eq ".json" 9 "$(jq '.[] | select(.key == "10.0.0.0_8") | .value' t.json)"
fails_with "R22: tries are not drained" "not supported" cat t.drain
echo 1 > t.clear
check_eq ".clear empties" 0 "$(cat t.count)"
fails_with "an empty trie has no entry" "No such file" cat t/0.0.0.0_0

echo 6 > six/2001:db8::_32
check_eq "IPv6" "2001:db8::_32" "$(ls six)"
check_eq "IPv6 match" 6 "$(cat six.lpm/2001:db8::1)"
fails_with "IPv6 exact" "No such file" cat six/2001:db8:1::_48
echo 3 > odd/0x0a0000_8
check_eq "other sizes" "0x0a0000_8" "$(ls odd)"

for i in $(seq 0 9); do echo "$i" > "t/10.$i.0.0_16"; done
check_eq "every one of many" "0 1 2 3 4 5 6 7 8 9" "$(for i in $(seq 0 9); do cat "t/10.$i.0.0_16"; done | xargs)"
for i in $(seq 0 9); do fails_with "and none between" "No such file" cat "t/10.$i.0.0_17"; done
works "rm -r unpins" rm -r t
absent "rm -r unpins" "$B/t"
