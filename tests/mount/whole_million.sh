#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout 900
# A million lines through .tsv and .replace, both ways; memory stays flat.
. "$(dirname "$0")/lib.sh"
N=${MILLION_N:-1000000}
case $BPFMAPFS in */thread/*|*/address,*) N=50000 ;; esac
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1
pid=$(driver_pid)
rss() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
cat big.tsv nums.json > /dev/null
printf '1\t1\n' > nums.tsv
reset() { echo 5 > "/proc/$pid/clear_refs"; idle=$(rss); }
flat() { # flat MESSAGE KIB
	case $BPFMAPFS in */thread/*|*/address,*) return ;; esac
	local now
	now=$(rss)
	[ $((now - idle)) -le "$2" ] && pass "$1: memory" || fail "$1: memory" "at most $2 KiB more" "$((now - idle)) KiB more"
}

wt_map text "$N" > "$TMP/text"
reset
works "a million lines into .tsv" timeout 300 cp "$TMP/text" big.tsv
flat "a million lines into .tsv" 8192
check_eq "a million lines into .tsv" exactly "$(wt_map check "$B/big" "$N")"
reset
timeout 300 cat big.tsv > "$TMP/back"
flat "a million lines out of .tsv" 8192
check_eq "a million lines out of .tsv" "" "$(sort -n "$TMP/back" | cmp - "$TMP/text" 2>&1)"
for f in csv json prom; do
	reset
	timeout 300 cat big.$f > "$TMP/back"
	flat "a million entries as .$f" 8192
done
check_eq "a million entries as .prom" $((3 * N)) "$(grep -vc '^#' "$TMP/back")"
check_eq "a million entries as .csv" $((N + 1)) "$(timeout 300 cat big.csv | wc -l)"
reset
awk 'NR % 4' "$TMP/text" > "$TMP/most"
works "a million lines into .replace" timeout 300 cp "$TMP/most" big.replace
check_eq "a million lines into .replace" "$((N - N / 4))" "$(cat big.count)"
flat "a million lines into .replace: 16 bytes a key, doubled as it grows" $((8192 + N * 48 / 1024))
reset
works ".drain of the rest" eval 'timeout 300 cat big.drain > "$TMP/back"'
flat ".drain of the rest" 8192
check_eq ".drain of the rest" "" "$(sort -n "$TMP/back" | cmp - "$TMP/most" 2>&1)"
check_eq ".drain of the rest" 0 "$(cat big.count)"
cd /
