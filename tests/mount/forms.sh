#!/bin/bash
# SPDX-License-Identifier: MIT
# .raw .info .count .pin .clear .forms .errors of the flat types; R24.
. "$(dirname "$0")/lib.sh"
typed_maps
new_map m hash 4 8 100 flags 1
for i in 1 2 3; do map_put m $i $i; done
start || exit 1
cd "$MNT" || exit 1
info() { sed -n "s/^$1=//p" m.info; }

check_eq ".info: id" "$(map_id m)" "$(info id)"
check_eq ".info: name type" "m hash" "$(info name) $(info type)"
check_eq ".info: sizes" "4 8 100" "$(info key_size) $(info value_size) $(info max_entries)"
check_like ".info: flags by name or number" '(no_prealloc|0x1|^1$)' "$(info flags)"
check_eq ".info: frozen" 0 "$(info frozen)"
check_eq ".info: memlock" "$(bpftool -j map show pinned "$B/m" | sed 's/.*"bytes_memlock":\([0-9]*\).*/\1/')" "$(info memlock)"
check_eq ".info: btf_id" "$(bpftool -j map show pinned "$B/flows" | sed 's/.*"btf_id":\([0-9]*\).*/\1/')" "$(sed -n 's/^btf_id=//p' flows.info)"
check_eq ".info: only name=value" "" "$(grep -v '^[a-z_]*=' m.info)"
check_eq "R24: .info has its exact size" "$(wc -c < m.info)" "$(size m.info)"
check_eq ".info: types" "percpu_hash lru_percpu_hash lru_hash array percpu_array" \
	"$(sed -n 's/^type=//p' pch.info lrupc.info lru.info arr.info pca.info | xargs)"

check_eq ".count" 3 "$(cat m.count)"
check_eq "R24: .count has its exact size" 2 "$(size m.count)"
for i in $(seq 4 12); do map_put m "$i" 1; done
check_eq ".count is live" "12 3" "$(cat m.count) $(size m.count)"
check_eq ".count of an array" 8 "$(cat arr.count)"
check_eq ".count of nothing" 0 "$(cat pch.count)"

check_like ".forms lists symlinks" '^symbolic link$' "$(stat -c %F m.forms/info)"
check_eq ".forms: info -> ../m.info" ../m.info "$(readlink m.forms/info)"
check_eq ".forms: through the link" "$(cat m.count)" "$(cat m.forms/count)"
for f in raw info count pin clear errors; do
	check_eq ".forms has $f" "$f" "$(ls m.forms | grep -x $f)"
done
check_eq ".forms: every link leads somewhere" "" "$(find m.forms -xtype l)"

fails_with ".clear: only 1" "Invalid argument" put 2 m.clear
fails_with ".clear: only 1" "Invalid argument" put yes m.clear
check_eq ".clear: only 1" 12 "$(map_count m)"
: > m.clear
check_eq ".clear: opening is nothing" 12 "$(map_count m)"
works ".clear of a hash" put 1 m.clear
check_eq ".clear of a hash" 0 "$(map_count m)"
check_eq ".clear of a hash" "" "$(ls m)"
mt_map fill "$B/arr" 0 8 100
works ".clear zeroes an array" put 1 arr.clear
check_eq ".clear zeroes an array" "0 0" "$(map_u arr 0) $(map_u arr 7)"
put 5 pch/1
put 5 lru/1
put 5 pca/1
works ".clear of a per-CPU hash" put 1 pch.clear
works ".clear of an LRU" put 1 lru.clear
works ".clear of a per-CPU array" put 1 pca.clear
check_eq ".clear" "0 0 total=0" "$(map_count pch) $(map_count lru) $(cut -d' ' -f1 pca/1)"
new_map big hash 4 8 50000
mt_map fill "$B/big" 0 50000 0
check_eq ".count of many" 50000 "$(cat big.count)"
works ".clear of many" put 1 big.clear
check_eq ".clear of many" 0 "$(cat big.count)"

works "R24: a known form can be stat'ed" stat m.info m.count m.pin m.clear m.errors m.raw m.forms
absent "R24: an unknown form" m.unknown
absent "R24: no form" m.
check_eq ".raw is a directory" directory "$(stat -c %F m.raw)"
put 4294967296 m/1
check_eq ".raw beside M" 0000000001000000 "$(od -An -v -tx1 < m.raw/1 | tr -d " \n")"
check_eq ".pin has its exact size" "$(wc -c < m.pin)" "$(size m.pin)"
check_eq "sizes of M.errors may be read" "" "$(cat m.errors | grep -v m)"
fails_with "R15: rm of a form" "Operation not permitted" rm -f m.count
fails_with "writing .info is refused" "" eval 'echo 1 > m.info'
fails_with "writing .count is refused" "" eval 'echo 1 > m.count'
fails_with "writing .errors is refused" "" eval 'echo 1 > m.errors'
works "forms are found in the middle of a path" cat "$MNT/./m.count"
cd /
