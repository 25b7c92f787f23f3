#!/bin/bash
# SPDX-License-Identifier: MIT
# R27: what promtool and node_exporter's textfile collector say of .prom. Both
# come as services, so that they are asked only where they are there already.
. "$(dirname "$0")/lib.sh"
promtool=$(command -v promtool) exporter=$(command -v prometheus-node-exporter)
[ -n "$promtool$exporter" ] || skip "neither promtool (package prometheus) nor prometheus-node-exporter is installed"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
mkdir "$B/app"
new_map app/nums hash 4 8 16
bpftool map create "$B/ring" type ringbuf key 0 value 0 entries 4096 name ring
map_put app/nums 1 50
for m in stats conns records texts pairs longs lrucpu trie locks cpus cpustats arr labels clash; do mt_map random "$B/$m" 20 5; done
mt_map fill "$B/nums" 0 3 100
start views=prom || exit 1
cd "$MNT" || exit 1

# It warns of names and of missing help; errors are what it cannot read.
asked() {
	timeout 60 promtool check metrics < "$1" > "$TMP/promtool" 2>&1
	case $? in 0 | 3) grep -iE 'error|parse|invalid|duplicate|collected' "$TMP/promtool" ;; *) cat "$TMP/promtool" ;; esac
}
if [ -n "$promtool" ]; then
	for f in nums.prom stats.prom conns.prom records.prom clash.prom labels.prom cpus.prom pairs.prom longs.prom trie.prom locks.prom lrucpu.prom .prom app/.prom; do
		check_eq "promtool check metrics < $f" "" "$(asked $f)"
	done
	check_eq "promtool refuses what is none" refused "$(echo 'a{' > "$TMP/none"; [ -n "$(asked "$TMP/none")" ] && echo refused)"
fi
cd /
[ -n "$exporter" ] || exit 0
# In a network namespace of its own: its port is nobody else's.
cat > "$TMP/ask" <<'EOS'
ip link set lo up
"$1" --web.listen-address=127.0.0.1:9100 --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$2" > "$3/exporter" 2>&1 &
pid=$!
trap 'kill $pid; wait $pid' EXIT
python3 - > "$3/scrape" <<'EOP'
import time, urllib.request
for i in range(100):
    try:
        print(urllib.request.urlopen("http://127.0.0.1:9100/metrics", timeout=10).read().decode())
        break
    except OSError:
        time.sleep(0.1)
EOP
EOS
timeout 120 unshare -n bash "$TMP/ask" "$exporter" "$MNT" "$TMP" 2> /dev/null
check_eq "node_exporter picks up *.prom" "100 101 102" "$(grep '^bpf_map_nums{' "$TMP/scrape" | sed 's/.* //' | sort -n | xargs)"
check_eq "node_exporter: no error" "node_textfile_scrape_error 0" "$(grep '^node_textfile_scrape_error' "$TMP/scrape")"
check_eq "node_exporter says nothing against it" "" "$(grep -iE 'level=(error|warn)' "$TMP/exporter" | grep -v root | head -n3)"
