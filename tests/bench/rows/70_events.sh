# SPDX-License-Identifier: MIT
# A million records of a ring buffer that a BPF program filled, as lines: M.events against libbpf's own
# consumer, which prints the same. The ring has room for all of them: none may be lost.
row='a million records from M.events'
programs=$top/build/tests/bpf/ev_events.bpf.o
needs "$row" "$build/bpfmapfs" "$bench/records"
[ -f "$programs" ] || { note "$row" 'the BPF programs are not built yet'; exit; }

"$bench/records" make "$programs" "$bpf/m"
trap 'stop_all; rm -f "$bpf/m_put"' EXIT
serve "$ours" "$build/bpfmapfs" -f "$bpf" "$ours"

took() { # ours|peer
	"$bench/records" fill "$bpf/m" $million || touch "$scratch/failed"
	if [ "$1" = ours ]; then
		"$bench/records" lines "$ours/m.events" $million "$scratch/ours.txt"
	else
		"$bench/records" libbpf "$bpf/m" $million "$scratch/peer.txt"
	fi
}
alternate took
cmp -s "$scratch/ours.txt" "$scratch/peer.txt" || {
	note "$row" 'the two did not read the same'
	touch "$scratch/failed"
}
ratio=$(calc "1 / $ratio")
verdict "$row" "libbpf's ring_buffer" "${a}s" "${b}s" "$ratio" '>=0.80'
