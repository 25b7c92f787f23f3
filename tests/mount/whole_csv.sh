#!/bin/bash
# SPDX-License-Identifier: MIT
# R26: .csv, read by Python and by sqlite3.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1
command -v sqlite3 > /dev/null || skip "sqlite3 is not installed"
command -v python3 > /dev/null || skip "python3 is not installed"

# rows FORM: Python's csv reader, rows as JSON, sorted but for the header.
rows() { python3 -c '
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8", errors="surrogateescape"), strict=True))
print(json.dumps(rows[:1] + sorted(rows[1:])))' "$1"; }
header() { head -n1 "$1"; }

wt_map fill "$B/stats" 5000
check_eq "R26: the header: key, value fields" key,packets,bytes,last_seen "$(header stats.csv)"
check_eq "R26: a row an entry" 5001 "$(wc -l < stats.csv)"
check_eq "R26: LF" 0 "$(tr -dc '\r' < stats.csv | wc -c)"
check_eq "sqlite3 sums a column" $((3 * 4999 * 5000 / 2 + 5000)) \
	"$(sqlite3 :memory: -cmd '.import --csv stats.csv t' 'select sum(packets) from t')"
check_eq "sqlite3: a join with itself" 5000 \
	"$(sqlite3 :memory: -cmd '.import --csv stats.csv t' 'select count(*) from t where packets = 3 * key + 1 and bytes = key * 1000003')"
check_eq "numbers are exact" "18446744073709551615" "$(awk -F, '$1 == 0 { print $4 }' stats.csv)"
mt_map fill "$B/nums" 0 3 100
check_eq "R26: scalars: key, value" '[["key", "value"], ["0", "100"], ["1", "101"], ["2", "102"]]' "$(rows nums.csv)"

put "packets=1 bytes=2 last_seen=3" conns/saddr=10.0.0.1,port=443,proto=6,pad=0
check_eq "R26: key columns first" "saddr,port,proto,pad,packets,bytes,last_seen" "$(header conns.csv)"
check_eq "addresses as text" "10.0.0.1,443,6,0,1,2,3" "$(tail -n1 conns.csv)"
put "packets=5 bytes=6 last_seen=7" pairs/packets=1,x=2
check_eq "R26: a name taken by the key gets value." "packets,x,value.packets,bytes,last_seen" "$(header pairs.csv)"
check_eq "R26: a name taken by the key" "1,2,5,6,7" "$(tail -n1 pairs.csv)"

# Quoting. The bytes come from bpftool.
map_set texts "$(hex_of 'a,b' 16)" "$(hex_of 'x"y' 8)"
map_set texts "$(hex_of $'l\nm' 16)" "$(hex_of $'r\rs' 8)"
map_set texts "$(hex_of 'plain' 16)" "$(hex_of '' 8)"
check_eq "R26: a comma, a quote" '"a,b","x""y"' "$(grep '^"a' texts.csv)"
check_eq "R26: RFC 4180, read by Python" '[["a,b", "x\"y"], ["l\nm", "r\rs"], ["plain", ""]]' \
	"$(rows texts.csv | jq -c '.[1:]' | sed 's/","/", "/g; s/\],\[/], [/g')"
check_eq "R26: sqlite3" 'x"y' "$(sqlite3 :memory: -cmd '.import --csv texts.csv t' "select value from t where key = 'a,b'")"

works "a record" put 'state=CLOSED on=true level=-3 port=80 name="a b" wide=-9223372036854775808 addr=1.2.3.4 mac=aa:bb:cc:dd:ee:ff run=0x0102 slots=1,2,3 v.0.a=1 v.0.b=-1 v.1.a=4294967295 all=18446744073709551615 ratio=0.1 huge=340282366920938463463374607431768211455' records/1
python3 - records.csv > "$TMP/record" 2> "$TMP/err" <<'EOP'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))
r = rows[0]
want = {"key": "1", "state": "CLOSED", "on": "true", "level": "-3", "port": "80", "name": "a b",
        "wide": "-9223372036854775808", "addr": "1.2.3.4", "mac": "aa:bb:cc:dd:ee:ff", "run": "0x0102",
        "ratio": "0.1", "v.0.a": "1", "v.0.b": "-1", "v.1.a": "4294967295", "v.1.b": "0",
        "all": "18446744073709551615", "last": "0"}
for k, v in want.items():
    if r.get(k) != v:
        print(k, "is", r.get(k), "not", v)
if len(rows) != 1 or None in r or None in r.values():
    print("ragged", r)
EOP
check_eq "R26: one column per leaf field" "" "$(cat "$TMP/record" "$TMP/err")"

# Per CPU: a row per CPU.
put 7 cpus/3
put cpu0=8 cpus/3
check_eq "per CPU: a cpu column" "key,cpu,value" "$(header cpus.csv | sed 's/cpu,key/key,cpu/')"
check_eq "per CPU: a row per CPU" $((CPUS + 1)) "$(wc -l < cpus.csv)"
check_eq "per CPU: sqlite3 sums" $((8 + 7 * (CPUS - 1))) "$(sqlite3 :memory: -cmd '.import --csv cpus.csv t' 'select sum(value) from t where key = 3')"
check_eq "per CPU: the share of one" 8 "$(sqlite3 :memory: -cmd '.import --csv cpus.csv t' 'select value from t where cpu = 0')"
put "packets=1 bytes=2 last_seen=3" cpustats/9
check_eq "per CPU: structs" "$((CPUS * 2))" "$(sqlite3 :memory: -cmd '.import --csv cpustats.csv t' 'select sum(bytes) from t')"
check_eq "per CPU: an array" "$((4 * CPUS + 1))" "$(wc -l < cpuarr.csv)"
printf '10.1.0.0_16\t5\n' > trie.tsv
check_eq "a trie" "key,value 10.1.0.0_16,5" "$(cat trie.csv | xargs)"
put "a=1 b=2" locks/1
check_eq "a lock is no column" "key,a,b 1,1,2" "$(cat locks.csv | xargs)"
check_eq "an empty map has its header" "key,packets,bytes,last_seen" "$(cat stats2.csv)"
fails_with ".csv is not written" "" eval 'echo 1 > nums.csv'
cd /
