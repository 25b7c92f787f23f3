#!/bin/bash
# SPDX-License-Identifier: MIT
# R25: .json, against bpftool's own dump, jq and Python.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1
command -v jq > /dev/null || skip "jq is not installed"
command -v python3 > /dev/null || skip "python3 is not installed"

# As Python sees it: numbers exact, in the order of the keys.
canonical() { python3 -c '
import json, sys
def whole(pairs):
    if len(dict(pairs)) != len(pairs): raise ValueError("a member twice: %r" % pairs)
    return dict(pairs)
data = json.load(sys.stdin, object_pairs_hook=whole)
print(json.dumps(sorted(data, key=lambda e: json.dumps(e["key"])), sort_keys=True))'; }
as_bpftool() { # as_bpftool PIN: .json is what bpftool says
	check_eq "$1.json is bpftool's dump" "$(bpftool -j map dump pinned "$B/$1" | bpftool_entries | canonical)" "$(canonical < "$1.json")"
	check_eq "$1.json: jq -S" "$(bpftool -j map dump pinned "$B/$1" | bpftool_entries | jq -S 'sort_by(.key)')" "$(jq -S 'sort_by(.key)' "$1.json")"
}
# With -j bpftool prints bytes too, and what the BTF says as "formatted".
bpftool_entries() { python3 -c '
import json, sys
print(json.dumps([e.get("formatted", e) for e in json.load(sys.stdin)]))'; }

for m in stats nums signs pairs clash arr arrstats lru cpus cpustats cpuarr lrucpu; do
	mt_map random "$B/$m" 20 7
	as_bpftool $m
done
put inserted=5 "$(ls -d *bss)/0"
check_eq "global variables, as bpftool shows them" "$(bpftool -j map dump pinned "$B/$(ls -d *bss)" | bpftool_entries | jq -c '.[0].value')" "$(jq -c '.[0].value' "$(ls -d *bss).json")"
check_eq "an empty map" "[]" "$(jq -c . stats2.json)"
check_eq "the shape" '[{"key":1,"value":5}]' "$(put 1 few.clear; put 5 few/1; jq -c . few.json)"
check_eq "the shape, per CPU" "0,1" "$(put 1 cpus.clear; put cpu0=4 cpus/1; jq -c '.[0].values[0:2] | map(.cpu) | @csv' -r cpus.json)"
check_eq "the shape, per CPU" '{"cpu":0,"value":4}' "$(jq -c '.[0].values[0]' cpus.json)"
check_eq "per CPU: each possible CPU" "$CPUS" "$(jq '.[0].values | length' cpus.json)"
put 18446744073709551615 nums/1
check_like "R25: numbers are exact to 64 bits" '[ :]18446744073709551615[^0-9]' "$(cat nums.json)"

works "a record" put 'state=CLOSED on=true level=-3 port=80 name="a b" wide=-9223372036854775808 addr=1.2.3.4 mac=aa:bb:cc:dd:ee:ff run=0x0102 slots=1,2,3 v.0.a=1 v.0.b=-1 v.1.a=4294967295 all=18446744073709551615 ratio=0.1 huge=340282366920938463463374607431768211455' records/1
python3 - records.json > "$TMP/record" 2>&1 <<'EOP'
import json, sys
r = json.load(open(sys.argv[1]))[0]
want = {"state": "CLOSED", "on": True, "level": -3, "port": 80, "name": "a b", "wide": -2**63,
        "addr": "1.2.3.4", "mac": "aa:bb:cc:dd:ee:ff", "run": "0x0102", "slots": [1, 2, 3],
        "v": [{"a": 1, "b": -1}, {"a": 4294967295, "b": 0}], "all": 2**64 - 1, "half": [2**32 - 1] * 2,
        "ratio": 0.1, "last": 0, "huge": str(2**128 - 1)}
if r["key"] != 1:
    print("key", r["key"])
for k in want.keys() | r["value"].keys():
    if r["value"].get(k) != want.get(k):
        print(k, "is", r["value"].get(k), "not", want.get(k))
EOP
check_eq "R25: text where \"Text\" has text, anonymous members flattened, all of a union" "" "$(cat "$TMP/record")"

# Texts of every byte.
map_set texts "$(hex_of 'q"\/' 16)" "$(hex_of $'\t\n\x01' 8)"
map_set texts "61 ff c3 28 e2 82 00 00 00 00 00 00 00 00 00 00" "$(hex_of é 8)"
map_set texts "f0 9f 98 80 00 00 00 00 00 00 00 00 00 00 00 00" "ed a0 80 c0 80 00 00 00"
check_eq "R25: quotes, backslashes, control bytes" '"\t\n\u0001"' "$(jq -c '.[] | select(.key == "q\"\\/") | .value' texts.json)"
check_eq "R25: invalid UTF-8 as \\u00HH" '["a\u00ff\u00c3(\u00e2\u0082", "\u00e9"]' \
	"$(python3 -c 'import json,sys; print(json.dumps([[e["key"], e["value"]] for e in json.load(open(sys.argv[1])) if e["key"][0] == "a"][0]))' texts.json)"
check_eq "R25: surrogates and overlong forms are invalid UTF-8" '["\ud83d\ude00", "\u00ed\u00a0\u0080\u00c0\u0080"]' \
	"$(python3 -c 'import json,sys; print(json.dumps([[e["key"], e["value"]] for e in json.load(open(sys.argv[1])) if e["key"][0] > "\u2000"][0]))' texts.json)"
check_eq "R25: the file itself is UTF-8" "" "$(iconv -f utf-8 -t utf-8 texts.json 2>&1 > /dev/null)"

# Whatever the bytes are, it is JSON.
for seed in 1 2 3; do
	for m in records texts conns pairs longs trie locks; do
		mt_map random "$B/$m" 30 $seed
		works "R25: $m.json is valid (seed $seed)" eval "canonical < $m.json"
		check_eq "R25: $m.json has all entries (seed $seed)" "$(map_count $m)" "$(jq length $m.json)"
	done
done
put 1 records.clear
put 'ratio=inf' records/77
works "R25: inf" eval 'canonical < records.json; jq . records.json'
check_eq "R25: no bare inf or nan" "" "$(python3 -c 'import json,sys; json.load(open(sys.argv[1]), parse_constant=lambda c: print(c))' records.json)"
fails_with ".json is not written" "" eval 'echo 1 > nums.json'
cd /
