# SPDX-License-Identifier: MIT
# A million u64 in an MMAPABLE array, which is read through its memory, against the same in one that is not.
row='cat M.tsv, MMAPABLE array'
needs "$row" "$build/bpfmapfs" "$bench/peak" bpftool

bpftool map create "$bpf/m" type array key 4 value 8 entries $million name mapped flags 0x400
bpftool map create "$bpf/plain" type array key 4 value 8 entries $million name plain
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
awk "BEGIN { for (i = 0; i < $million; i++) print i \"\\t\" i * 7 }" >"$scratch/text"
cat "$scratch/text" >"$ours/m.tsv"
cat "$scratch/text" >"$ours/plain.tsv"

took() { # ours|peer
	if [ "$1" = ours ]; then
		seconds cat "$ours/m.tsv"
	else
		seconds cat "$ours/plain.tsv"
	fi
}
alternate took
cat "$ours/m.tsv" | cmp -s - "$scratch/text" || {
	note "$row" 'is not what was written'
	touch "$scratch/failed"
}
verdict "$row" 'the same, not MMAPABLE' "${a}s" "${b}s" "$(calc "1 / $ratio")" '>=1'
rm -f "$bpf/plain"

# The pages that it looks through count as the driver's: it keeps few at a time.
stop_all
bpftool map create "$bpf/m" type array key 4 value 4096 entries 65536 name mapped flags 0x400
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
for form in tsv mem; do
	read -r most anon < <("$bench/peak" "${running[-1]}" sh -c "cat '$ours/m.$form' >/dev/null")
	verdict "memory: cat M.$form, 256 MiB" 'itself, idle (8 MiB)' "${most:-?}K" "anon ${anon:-?}K" \
		"$(calc "${most:-1e9} / (8 * 1024)")" '<=1'
done
