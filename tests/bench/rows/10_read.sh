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

rate() {
	taskset -c "$core" "$bench/orc" read "$1/m/7" 1
}
a=() b=()
for ((i = 0; i < rounds; i++)); do
	a+=("$(rate "$ours")") b+=("$(rate "$peer")")
done
a=$(median "${a[@]}") b=$(median "${b[@]}")
verdict "$row" 'a FUSE that does nothing' "$a/s" "$b/s" "$(calc "$a / $b")" '>=0.80'
