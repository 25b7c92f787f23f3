# SPDX-License-Identifier: MIT
# One value of three u64, printed and parsed, against libbpf's own printer of typed data.
needs 'a value as text' "$bench/whole_text"

"$bench/whole_text" >"$scratch/text" || {
	note 'a value as text' 'failed'
	touch "$scratch/failed"
}
while IFS=$'\t' read -r name ours theirs ratio; do
	verdict "$name" 'btf_dump__dump_type_data' "$ours/s" "$theirs/s" "$ratio" '>=10'
done <"$scratch/text"
