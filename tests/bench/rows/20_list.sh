# ls -U of a million keys, against the two things that cannot be avoided: reading
# them from the kernel in batches, and a million names through FUSE.
row='ls -U of a million keys'
needs "$row" "$build/bpfmapfs" "$bench/nothing" "$bench/barebpf"

"$bench/barebpf" make "$bpf/m" $million
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
serve_nothing --
best=$("$bench/barebpf" best "$bpf/m")
if [ "$(ls -U "$ours/m" | wc -l)" != $million ]; then
	note "$row" 'the listing is not complete'
	touch "$scratch/failed"
	exit
fi

a=() b=() c=()
for ((i = 0; i < rounds; i++)); do
	a+=("$(seconds ls -U "$ours/m")")
	b+=("$("$bench/barebpf" walk "$bpf/m" "$best")")
	c+=("$(seconds ls -U "$peer/m")")
done
a=$(median "${a[@]}") b=$(calc "$(median "${b[@]}") + $(median "${c[@]}")")
verdict "$row" "batches of $best + do-nothing ls" "${a}s" "${b}s" "$(calc "$a / $b")" '<=2.0'
