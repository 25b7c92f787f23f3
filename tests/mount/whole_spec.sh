#!/bin/bash
# SPDX-License-Identifier: MIT
# R28 and "Creating": .spec, read and written.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
chmod 1777 "$B"
start allow_other || exit 1
cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
show() { bpftool -j map show pinned "$B/$1" | jq -c "{type,flags,bytes_key,bytes_value,max_entries}"; }
kind() { bpftool -j map show pinned "$B/$1" | jq -r '[.type, .bytes_key, .bytes_value, .max_entries] | join(" ")'; }
# fields PIN: what the BTF says, as bpftool shows it of one entry.
fields() { bpftool map dump pinned "$B/$1" | grep -o '"[a-z_]*":' | sort | uniq -c | xargs; }

works "the example of the manual" put 'type=hash key=u32 value={packets:u64,bytes:u64} max_entries=1024' mine.spec
check_eq "the example of the manual" "hash 4 16 1024" "$(kind mine)"
check_eq "a new map is empty, and there" "" "$(ls mine)"
works "its fields have names" put "packets=3 bytes=4" mine/7
check_like "bpftool shows the fields" '"packets": 3.*"bytes": 4' "$(bpftool map dump pinned "$B/mine" | tr '\n' ' ')"
check_eq "its name" mine "$(bpftool -j map show pinned "$B/mine" | jq -r .name)"
check_eq "R24: one line" 1 "$(wc -l < mine.spec)"
check_eq "R24: the exact size" "$(cat mine.spec | wc -c)" "$(size mine.spec)"
fails_with "R28: M exists" "File exists" put 'type=hash key=u32 value=u64 max_entries=4' mine.spec
check_eq "R28: M exists: it stays" "hash 4 16 1024" "$(kind mine)"

# made TEXT KIND
n=0
made() {
	local m
	n=$((n + 1)) m=s$n
	works "'$1'" put "$1" $m.spec
	check_eq "'$1'" "$2" "$(kind $m)"
	cat $m.spec > "$TMP/spec"
	works "'$1': cat into another" eval "cat $m.spec > copy.spec"
	check_eq "'$1': cat into another" "$(show $m)" "$(show copy)"
	check_eq "'$1': the copy says the same" "$(sed 's/name=[^ ]* *//' $m.spec)" "$(sed 's/name=[^ ]* *//' copy.spec)"
	rm copy.pin
	works "'$1': cp from a backup" cp "$TMP/spec" copy.spec
	check_eq "'$1': cp from a backup" "$(show $m)" "$(show copy)"
	rm copy.pin
	absent "rm of .pin" copy
}
made 'type=array key=u32 value=u64 max_entries=5' "array 4 8 5"
made 'type=hash key_size=5 value_size=9 max_entries=3' "hash 5 9 3"
made 'type=percpu_hash key=u32 value=u64 max_entries=3' "percpu_hash 4 8 3"
made 'type=percpu_array key=u32 value={a:u64,b:u32} max_entries=3' "percpu_array 4 16 3"
made 'type=lru_hash key=u64 value=bool max_entries=100' "lru_hash 8 1 100"
made 'type=lru_percpu_hash key=u64 value=u64 max_entries=100' "lru_percpu_hash 8 8 100"
made 'type=hash key=char[16] value={mac:mac,v4:ipv4,v6:ipv6,p:be16,w:be64,l:u32[4],b:bytes[7]} max_entries=9' "hash 16 64 9"
made 'type=hash key={a:u16,b:{c:s8,d:u8}[2],e:be32} value=s16 max_entries=9' "hash 12 2 9"
made 'type=lpm_trie key_size=8 value_size=4 max_entries=9 flags=no_prealloc' "lpm_trie 8 4 9"
made 'type=queue value_size=8 max_entries=9' "queue 0 8 9"
made 'type=ringbuf max_entries=4096' "ringbuf 0 0 4096"
made 'type=bloom_filter value_size=4 max_entries=9 map_extra=3' "bloom_filter 0 4 9"
works "flags by name" put 'type=hash key=u32 value=u64 max_entries=9 flags=no_prealloc' noprealloc.spec
check_eq "flags by name" 1 "$(bpftool -j map show pinned "$B/noprealloc" | jq .flags)"
check_like "flags by name, printed" 'flags=no_prealloc' "$(cat noprealloc.spec)"
works "name=" put 'name=other type=hash key=u32 value=u64 max_entries=9' named.spec
check_eq "name=" other "$(bpftool -j map show pinned "$B/named" | jq -r .name)"
works "a pin's name may be longer than a map's" put 'type=hash key=u32 value=u64 max_entries=9' a_name_of_more_than_fifteen.spec
check_like "a pin's name may be longer than a map's" '^a_name' "$(bpftool -j map show pinned "$B/a_name_of_more_than_fifteen" | jq -r .name)"
mkdir sub
works "in a directory" put 'type=hash key=u32 value=u64 max_entries=9' sub/m.spec
check_eq "in a directory" "hash 4 8 9" "$(kind sub/m)"
works "without a newline" eval 'printf "type=hash key=u32 value=u64 max_entries=9" > nonl.spec'
check_eq "without a newline" "hash 4 8 9" "$(kind nonl)"
works "a map of maps" put 'type=hash_of_maps key=u32 max_entries=4 inner={type=array key=u32 value=u64 max_entries=2}' outer.spec
check_eq "a map of maps" hash_of_maps "$(bpftool -j map show pinned "$B/outer" | jq -r .type)"
bpftool map create "$B/inner" type array key 4 value 8 entries 2 name inner
works "a map of maps takes an inner map of that shape" bpftool map update pinned "$B/outer" key hex 01 00 00 00 value pinned "$B/inner"

# Each typed map: the same shape, BTF included, and what it held.
for m in stats conns records texts pairs clash nums signs cpus cpustats cpuarr lru arr arrstats longs trie locks; do
	works "$m: cat a.spec > b.spec" eval "cat $m.spec > twin.spec"
	check_eq "$m: the same shape" "$(show $m)" "$(show twin)"
	# Of a prefix the bits past its length are nobody's.
	if [ $m = trie ]; then printf '10.1.0.0_16\t5\n0.0.0.0_0\t6\n' > trie.tsv; else mt_map random "$B/$m" 10 4; fi
	works "$m: cat a.tsv > b.tsv" eval "cat $m.tsv > twin.tsv"
	check_eq "$m: the same bytes" "$(mt_map dump "$B/$m")" "$(mt_map dump "$B/twin")"
	check_eq "$m: the same BTF, as bpftool shows it" "$(fields $m)" "$(fields twin)"
	check_eq "$m: .json agrees" "$(jq -cS 'sort_by(.key)' $m.json)" "$(jq -cS 'sort_by(.key)' twin.json)"
	mkdir "$TMP/backup"
	works "$m: cp a.spec a.tsv backup/" cp $m.spec $m.tsv "$TMP/backup/"
	rm $m.pin twin.pin
	absent "$m: gone" $m
	works "$m: cp backup/a.spec back" cp "$TMP/backup/$m.spec" $m.spec
	works "$m: cp backup/a.tsv back" cp "$TMP/backup/$m.tsv" $m.tsv
	check_eq "$m: restored" "" "$(sort "$TMP/backup/$m.tsv" | cmp - <(cat $m.tsv | sort) 2>&1)"
	rm -r "$TMP/backup"
done

# What is wrong is refused, and nothing is made.
refused() { # refused ERROR TEXT
	fails_with "'${2:0:60}' is refused" "$1" put "$2" bad.spec
	absent "'${2:0:60}' makes nothing" "$B/bad"
	rm -f "$B/bad"
	check_like "'${2:0:60}': .errors says why" 'bad.spec.*' "$(tail -n1 .errors)"
}
refused Invalid ''
refused Invalid 'type=nosuch key=u32 value=u64 max_entries=4'
refused Invalid 'key=u32 value=u64 max_entries=4'
refused Invalid 'type=hash key=u33 value=u64 max_entries=4'
refused Invalid 'type=hash key={a:u32 value=u64 max_entries=4'
refused Invalid 'type=hash key=u32 value=u64 max_entries=4 what=5'
refused Invalid 'type=hash key=u32 value=u64 max_entries=x'
refused Invalid 'type=hash key=u32 value=u64 max_entries=4 max_entries=5'
refused Invalid 'type=hash key=u32 value=u64 max_entries=4 flags=nosuch'
refused Invalid 'type=hash key=u32 value=u64 max_entries=4 btf=????'
refused Invalid 'type=hash key=u32 key_size=8 value=u64 max_entries=4'
refused Invalid 'type=hash value=u64 max_entries=4'
refused Invalid 'type=hash key=u32 value=u64 max_entries=0'
refused "" 'type=array key=u64 value=u64 max_entries=4'
refused "" 'type=hash key=u32 value=u8[99999999999] max_entries=4'
refused Invalid 'type=hash_of_maps key=u32 max_entries=4'
check_like "R28: what is missing is named" 'inner' "$(tail -n1 .errors)"
refused "" "type=hash key=u32 value=$(printf '{a:%.0s' {1..5000})u8 max_entries=4"
check_eq "R28: one write(2) is one whole spec" "0 EINVAL" "$(io bad.spec o:w,creat 'w:type=hash key=u32 \n')"
absent "R28: half a spec makes nothing" "$B/bad"
cat nosuch.spec 2> /dev/null
absent "reading where no M is" nosuch.spec

# R19: creating a map needs root.
fails_with "R19: another user creates none" "ermi" user bash -c 'echo "type=hash key=u32 value=u64 max_entries=4" > users.spec'
absent "R19: another user creates none" "$B/users"
works "remount ro" mount -i -o remount,ro "$MNT"
fails_with "read-only: none is created" "Read-only file system" put 'type=hash key=u32 value=u64 max_entries=4' ro.spec
absent "read-only: none is created" "$B/ro"
cd /
