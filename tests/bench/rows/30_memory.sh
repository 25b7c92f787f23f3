# SPDX-License-Identifier: MIT
# How far the driver's memory rises above what it is when nobody asks anything.
needs 'memory' "$build/bpfmapfs" "$bench/orc" "$bench/peak" "$bench/barebpf"

"$bench/barebpf" make "$bpf/m" $million
stats=${STATS:-$million}

memory() { # ROW COMMAND…
	local row=$1 most anon

	shift
	serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"
	read -r most anon < <("$bench/peak" "${running[-1]}" "$@" )
	verdict "$row" 'itself, idle (16 MiB)' "${most:-?}K" "anon ${anon:-?}K" \
		"$(calc "${most:-1e9} / (16 * 1024)")" '<=1'
	kill "${running[-1]}"
	wait "${running[-1]}" 2>/dev/null
	unset 'running[-1]'
}
memory 'memory: a million listed' sh -c "ls -U '$ours/m' >/dev/null"
memory "memory: $stats stat'ed" sh -c "'$bench/orc' stat '$ours/m' $stats >/dev/null"
