# SPDX-License-Identifier: MIT
# A million u32 → struct of three u64 with BTF, read as a whole.
needs 'whole maps' "$build/bpfmapfs" "$bench/whole_bare" bpftool

"$bench/whole_bare" make "$bpf/m" $million
"$bench/whole_bare" fill "$bpf/m" $million >/dev/null
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
best=$("$bench/whole_bare" best "$bpf/m")
if [ "$(wc -l <"$ours/m.tsv")" != $million ] || [ "$(grep -o '"key"' "$ours/m.json" | wc -l)" != $million ]; then
	note 'cat M.tsv, cat M.json' 'not complete'
	touch "$scratch/failed"
	exit
fi

took() { # FORM ours|peer
	if [ "$2" = ours ]; then
		seconds cat "$ours/m.$1"
	else
		peer_of "$1"
	fi
}
peer_of() { "$bench/whole_bare" walk "$bpf/m" "$best"; }
alternate took tsv
verdict 'cat M.tsv, a million' "bare lookups, batches of $best" "${a}s" "${b}s" "$ratio" '<=1.6'

# How many times as fast as the peer.
peer_of() { seconds cat "$bpf/m"; }
rounds=3
alternate took json
verdict 'cat M.json, a million' 'cat of the pin in bpffs' "${a}s" "${b}s" "$(calc "1 / $ratio")" '>=3'
# bpftool writes each line by itself, which costs it little into /dev/null and more where anybody reads it.
peer_of() { seconds bpftool map dump pinned "$bpf/m"; }
rounds=1
alternate took json
verdict 'cat M.json, a million' 'bpftool map dump >/dev/null' "${a}s" "${b}s" "$(calc "1 / $ratio")" -
read_by_someone() { "$@" | cat; }
took() {
	if [ "$2" = ours ]; then
		seconds read_by_someone cat "$ours/m.$1"
	else
		seconds read_by_someone bpftool map dump pinned "$bpf/m"
	fi
}
alternate took json
verdict 'cat M.json |, a million' 'bpftool map dump |' "${a}s" "${b}s" "$(calc "1 / $ratio")" '>=15'
