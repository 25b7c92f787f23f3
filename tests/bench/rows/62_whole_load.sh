# SPDX-License-Identifier: MIT
# A million lines into an empty M.tsv, against the batch updates alone.
row='a million lines into M.tsv'
needs "$row" "$build/bpfmapfs" "$bench/whole_bare"

"$bench/whole_bare" make "$bpf/m" $million
"$bench/whole_bare" fill "$bpf/m" $million >/dev/null
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
cat "$ours/m.tsv" >"$scratch/text"

loaded() { # ours|peer: into a map that is empty
	"$bench/whole_bare" clear "$bpf/m"
	if [ "$1" = ours ]; then
		seconds cp "$scratch/text" "$ours/m.tsv"
	else
		"$bench/whole_bare" fill "$bpf/m" $million
	fi
}
alternate loaded
loaded ours >/dev/null
if [ "$(cat "$ours/m.tsv" | cksum)" != "$(cksum <"$scratch/text")" ]; then
	sort <(cat "$ours/m.tsv") | cmp -s - <(sort "$scratch/text") || {
		note "$row" 'not all of them arrived'
		touch "$scratch/failed"
	}
fi
verdict "$row" 'bare batch updates' "${a}s" "${b}s" "$ratio" '<=2.5'
