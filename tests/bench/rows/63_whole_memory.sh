# SPDX-License-Identifier: MIT
# How far the driver's memory rises above what it is when nobody asks anything, while a million entries pass.
needs 'memory of whole maps' "$build/bpfmapfs" "$bench/peak" "$bench/whole_bare"

"$bench/whole_bare" make "$bpf/m" $million
"$bench/whole_bare" fill "$bpf/m" $million >/dev/null
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
cat "$ours/m.tsv" >"$scratch/text"
stop_all
"$bench/whole_bare" make "$bpf/m" $million

memory() { # ROW COMMAND…
	local row=$1 most anon

	shift
	serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
	read -r most anon < <("$bench/peak" "${running[-1]}" "$@")
	verdict "$row" 'itself, idle (8 MiB)' "${most:-?}K" "anon ${anon:-?}K" \
		"$(calc "${most:-1e9} / (8 * 1024)")" '<=1'
	kill "${running[-1]}"
	wait "${running[-1]}" 2>/dev/null
	unset 'running[-1]'
}
memory 'memory: a million into M.tsv' cp "$scratch/text" "$ours/m.tsv"
memory 'memory: cat M.tsv' sh -c "cat '$ours/m.tsv' >/dev/null"
memory 'memory: cat M.json' sh -c "cat '$ours/m.json' >/dev/null"
