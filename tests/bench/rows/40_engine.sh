# SPDX-License-Identifier: MIT
# libbpfmap against the bare libbpf call. The per-CPU lines only inform.
needs 'engine' "$bench/engine"

declare -A bounds=(
	[lookup]='<=1.05' [update]='<=1.05' [delete]='<=1.05' ['next key']='<=1.05' [iterate]='<=1.25'
)
# Allocations in 1,000 operations; in one walk of 100,000 entries (its buffers, grown once or twice).
declare -A allocations=([lookup]=0 [update]=0 [delete]=0 ['next key']=0 [iterate]=16)

if ! "$bench/engine" compare >"$scratch/engine"; then
	note 'engine' 'failed'
	touch "$scratch/failed"
fi
while IFS=$'\t' read -r name ours bare ratio made; do
	peer='bare libbpf'
	[ "$name" != iterate ] || peer='bare batches of the best size'
	verdict "engine: $name" "$peer" "${ours}ns" "${bare}ns" "$ratio" "${bounds[$name]:--}"
	if [ -n "${allocations[$name]:-}" ] && [ "$made" -gt "${allocations[$name]}" ]; then
		verdict "engine: $name" 'no allocation per step' "$made" "${allocations[$name]}" "$made" "<=${allocations[$name]}"
	fi
done <"$scratch/engine"
