# SPDX-License-Identifier: MIT
# open, read and close of one entry, client and driver on one core.
row='open+read+close of an entry'
needs "$row" "$build/bpfmapfs" "$bench/orc" "$bench/nothing" "$bench/barebpf"

"$bench/barebpf" make "$bpf/m" 1000
serve "$ours" taskset -c "$core" "$build/bpfmapfs" -f "$bpf" "$ours"
serve_nothing taskset -c "$core" -- -l 8
if [ "$(cat "$ours/m/7")" != "$(cat "$peer/m/7")" ]; then
	note "$row" 'the two do not answer the same'
	touch "$scratch/failed"
	exit
fi

read -r a b ratio < <(taskset -c "$core" "$bench/orc" read "$ours/m/7" "$peer/m/7")
verdict "$row" 'a FUSE that does nothing' "$a/s" "$b/s" "$ratio" '>=0.80'
