#!/bin/bash
# SPDX-License-Identifier: MIT
# R27: .prom, of a map and of a directory.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
mkdir "$B/app" "$B/app/deep"
new_map app/nums hash 4 8 16
new_map app/deep/nums hash 4 8 16
start || exit 1
cd "$MNT" || exit 1

samples() { grep -v '^#' "$1" | sort; }
map_put nums 1 5
map_put nums 2 18446744073709551615
check_eq "R27: a scalar" $'bpf_map_nums{key="1"} 5\nbpf_map_nums{key="2"} 18446744073709551615' "$(samples nums.prom)"
check_eq "R27: HELP once" 1 "$(grep -c '^# HELP bpf_map_nums ' nums.prom)"
check_eq "R27: TYPE once" "# TYPE bpf_map_nums untyped" "$(grep '^# TYPE' nums.prom)"
check_eq "R27: no timestamps" "" "$(grep -v '^#' nums.prom | sed 's/{.*}//' | awk 'NF != 2')"
wt_map fill "$B/stats" 3
check_eq "R27: a sample per leaf" "bpf_map_stats_bytes{key=\"2\"} 2000006" "$(samples stats.prom | grep 'bytes{key="2"')"
check_eq "R27: each metric's samples stand together" "bpf_map_stats_packets bpf_map_stats_bytes bpf_map_stats_last_seen" \
	"$(grep -v '^#' stats.prom | sed 's/{.*//' | uniq | xargs)"
put "packets=1 bytes=2 last_seen=3" conns/saddr=10.0.0.1,port=443,proto=6,pad=0
check_eq "R27: key fields are labels" 'bpf_map_conns_bytes{saddr="10.0.0.1",port="443",proto="6",pad="0"} 2' "$(samples conns.prom | grep bytes)"
put 'state=CLOSED on=true level=-3 port=80 name="a b" wide=-5 slots=1,2,3 v.0.b=-7 ratio=0.5' records/1
check_eq "R27: list items get a label i" 'bpf_map_records_slots{key="1",i="2"} 3' "$(samples records.prom | grep 'slots.*i="2"')"
check_eq "R27: numbers" 'bpf_map_records_level{key="1"} -3 bpf_map_records_ratio{key="1"} 0.5 bpf_map_records_wide{key="1"} -5' \
	"$(samples records.prom | grep -E '_(level|wide|ratio)\{' | xargs -d '\n')"
check_eq "R27: text is no sample" "" "$(samples records.prom | grep -E '_(name|mac)')"
put "a.b=1 a_b=2" clash/1
check_eq "R27: clashing names get _2" 'bpf_map_clash_a_b_2{key="1"} 2 bpf_map_clash_a_b{key="1"} 1' "$(samples clash.prom | sort | xargs -d '\n')"
put 7 cpus/3
put cpu0=8 cpus/3
check_eq "R27: per-CPU values are summed" "bpf_map_cpus{key=\"3\"} $((8 + 7 * (CPUS - 1)))" "$(samples cpus.prom)"
put "packets=5 bytes=6 last_seen=7" pairs/packets=1,x=2
check_eq "R27: a key's label and a value's leaf of one name" 'bpf_map_pairs_packets{packets="1",x="2"} 5' "$(samples pairs.prom | grep _packets)"
put v=7,8,9 labels/i=1,path=2,key=3
check_eq "R27: a key's field named i or path" "7 8 9" "$(samples labels.prom | sed 's/.* //' | sort | xargs)"
for f in labels.prom .prom; do
	check_eq "R27: $f: no label twice" "" "$(grep '^bpf_map_labels' $f | grep -E '[{,]([a-z_0-9]+)="[^"]*",(.*,)?\1="')"
done
map_set longs "$(hex_of 'a"b=,{}' 400)" "05 00 00 00"
check_eq "R27: labels are escaped" 'bpf_map_longs{key="a\"b=,{}"} 5' "$(samples longs.prom)"
check_eq "an empty map has no samples" "" "$(samples stats2.prom)"
map_put app/nums 1 50
map_put app/deep/nums 1 500

bpftool map create "$B/pinned_as" type hash key 4 value 8 entries 4 name other
map_put pinned_as 1 6
check_eq "R27: MAP is the pin's name, as the map's own may be anything or nothing" 'bpf_map_pinned_as{key="1"} 6' "$(samples pinned_as.prom)"
check_eq "R27: .prom of the root: a path label" 4 "$(grep -c '^bpf_map_nums{.*path="' .prom)"
check_eq "R27: all samples of a metric stand together" "" "$(grep -v '^#' .prom | sed 's/[{ ].*//' | uniq | sort | uniq -d)"
check_eq "R27: no duplicate series" "" "$(grep -v '^#' .prom | sed 's/ [^ ]*$//' | sort | uniq -d)"
check_eq "R27: HELP and TYPE once a metric" "" "$(grep '^#' .prom | cut -d' ' -f2,3 | sort | uniq -d)"
check_eq "R27: the maps below" "50 500" "$(grep '^bpf_map_nums{' app/.prom | sed 's/.* //' | sort -n | xargs)"
check_eq "R27: a directory further down" 500 "$(grep '^bpf_map_nums{' app/deep/.prom | sed 's/.* //')"
check_eq "a map without numbers for it does no harm" 0 "$(cat .prom > /dev/null; echo $?)"
for n in 1 100 4096 1048576; do
	check_eq ".prom of the root in reads of $n bytes" "$(cat .prom | cksum)" "$(wt_map gulp .prom $n | cksum)"
done

# Whatever the bytes are.
for m in records texts conns pairs longs lrucpu trie locks; do mt_map random "$B/$m" 20 5; done
bad_lines() { grep -vaE '^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\n"])*",?)*\})? [-+]?([0-9.e+-]+|Inf|NaN|inf|nan))$' "$1"; }
for f in records conns pairs longs lrucpu texts trie locks; do
	check_eq "$f.prom: each line is Prometheus text" "" "$(bad_lines $f.prom | head -n3)"
	check_eq "$f.prom: no duplicate series" "" "$(grep -av '^#' $f.prom | sed 's/ [^ ]*$//' | sort | uniq -d)"
done
fails_with ".prom is not written" "" eval 'echo 1 > nums.prom'

cd /
