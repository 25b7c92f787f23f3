# SPDX-License-Identifier: MIT
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

took() { # ours|peer
	local walk=0

	[ "$1" = ours ] || walk=$("$bench/barebpf" walk "$bpf/m" "$best")
	calc "$walk + $(seconds ls -U "${!1}/m")"
}
alternate took
verdict "$row" "batches of $best + do-nothing ls" "${a}s" "${b}s" "$ratio" '<=2.0'
