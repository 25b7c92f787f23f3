#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# cgroup storage of attached programs, per CPU and not: what they count is read and written, and nothing is added.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_cgroup.bpf.o" "$B" || skip "this kernel does not load the programs"
top=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
if [ -z "$top" ]; then
	top=$TMP/cgroups
	mkdir "$top"
	mount -t cgroup2 cgroup2 "$top" 2> "$TMP/null" || skip "no cgroup2 file system can be mounted"
fi
one=$top/bpfmapfs-test.$$ two=$top/bpfmapfs-test2.$$
mkdir "$one" "$two" || skip "no cgroup can be made"
trap 'ended=$?; rmdir "$one" "$two" 2> /dev/null; umount "$TMP/cgroups" 2> /dev/null; (exit $ended); cleanup' EXIT
attach() { bpftool cgroup attach "$1" egress pinned "$B/$2" multi; }
for p in both ids bare; do attach "$one" count_$p || skip "no program can be attached to a cgroup"; done
# send CGROUP N: packets from within the cgroup.
send() { sh -c 'echo $$ > "$1/cgroup.procs"; exec bash -c "for ((i = 0; i < $2; i++)); do echo x > /dev/udp/127.0.0.1/9; done"' - "$1" "$2" 2> "$TMP/null"; }
start || exit 1
cd "$MNT" || exit 1
id1=$(mt_storage cgroup "$one") id2=$(mt_storage cgroup "$two")
k1=cgroup_inode_id=$id1,attach_type=1 k2=cgroup_inode_id=$id2,attach_type=1 # BPF_CGROUP_INET_EGRESS
dump() { bpftool -j map dump pinned "$B/$1"; } # as the kernel has it

send "$one" 3
[ "$(dump both | jq '.[0].formatted.value.packets // .[0].value.packets')" = 3 ] || skip "no packets are counted here"
check_eq "the entries are listed" "$k1" "$(ls both)"
check_eq "by both fields" "packets=3 bytes=90" "$(cat "both/$k1")"
check_eq "by the id alone" "$id1" "$(ls ids)"
check_eq "by the id alone" "packets=3 bytes=0" "$(cat "ids/$id1")"
check_eq "fields have names without types, too" "$k1" "$(ls bare)"
check_eq "and values their bytes" 3 "$(cat "bare/$k1")"
check_like "per CPU" "^total.packets=3 total.bytes=90 cpu0.packets=" "$(cat "both_cpu/$k1")"
check_like "per CPU, by the id" "^total=3 cpu0=" "$(cat "ids_cpu/$id1")"
check_like "per CPU, without types" "^total=3 cpu0=" "$(cat "bare_cpu/$k1")"
check_eq "R8: by position" "$(inode "both/$k1")" "$(inode "both/$id1,1")"
check_eq "R1: the exact size" 19 "$(size "both/$k1")"
absent "another cgroup" "both/$k2"
absent "another attachment" "both/cgroup_inode_id=$id1,attach_type=0"

works "a write updates" put packets=1000 "both/$k1"
check_eq "a write updates: the kernel has it" 1000 "$(dump both | jq '.[0].formatted.value.packets // .[0].value.packets')"
check_eq "and the rest stays" "packets=1000 bytes=90" "$(cat "both/$k1")"
send "$one" 1
check_eq "the program goes on from there" "packets=1001 bytes=120" "$(cat "both/$k1")"
works "a write without >" add packets+=5 "both/$k1"
check_eq "a write without >" "packets=1006 bytes=120" "$(cat "both/$k1")"
works "per CPU: all of them" put "7" "bare_cpu/$k1"
check_eq "per CPU: all of them" "$((7 * CPUS))" "$(sed 's/total=\([0-9]*\).*/\1/' "bare_cpu/$k1")"
works "per CPU: one" put "cpu0=9" "ids_cpu/$id1"
check_eq "per CPU: one" 9 "$(dump ids_cpu | jq '.[0].formatted.values[0].value // .[0].values[0].value')"
fails_with "no value" "Invalid argument" put packets=x "both/$k1"
for m in "both/$k2" "ids/$id2" "bare/$k2" "both_cpu/$k2"; do
	case $m in bare*) line=1 ;; *) line=packets=1 ;; esac
	fails_with "${m%%/*}: nothing can be added" "not supported" put $line "$m"
	fails_with "${m%%/*}: nor by touch" "not supported" touch "$m"
done
check_like "the reason" "attached to the cgroup" "$(tail -n1 both.errors)"
check_eq "nothing was" 1 "$(dump both | jq length)"
fails_with "nor deleted" "not supported" rm -f "both/$k1"
check_like "the reason" "attached to the cgroup" "$(tail -n1 both.errors)"
fails_with "R3: noclobber" "cannot overwrite" bash -c 'set -o noclobber; echo packets=1 > "$1"' - "both/$k1"
fails_with "R15: rmdir with entries" "not empty" rmdir both

# A second cgroup comes and goes.
attach "$two" count_both
check_eq "an attachment adds an entry" "$(printf '%s\n' "$k1" "$k2" | sort)" "$(ls both | sort)"
check_eq "an attachment adds an entry" "packets=0 bytes=0" "$(cat "both/$k2")"
works "that takes a write" put "packets=5 bytes=6" "both/$k2"
check_eq ".count" 2 "$(cat both.count)"
check_eq ".tsv" "$(printf '%s\tpackets=5 bytes=6\n' "$k2")" "$(grep "id=$id2," both.tsv)"
works "what .tsv shows can be written back" eval 'cat both.tsv > "$TMP/t" && put packets=1 "both/$k2" && cat "$TMP/t" > both.tsv'
check_eq "what .tsv shows can be written back" "packets=5 bytes=6" "$(cat "both/$k2")"
works "per CPU: what .tsv shows can be written back" eval 'cat ids_cpu.tsv > "$TMP/t" && cat "$TMP/t" > ids_cpu.tsv'
fails_with ".tsv adds nothing" "not supported" bash -c 'printf "%s\tpackets=1\n" "cgroup_inode_id=1,attach_type=1" > both.tsv || exit 1'
check_eq ".json" 5 "$(jq ".[] | select(.key.cgroup_inode_id == $id2) | .value.packets" both.json)"
check_eq ".csv" "cgroup_inode_id,attach_type,packets,bytes" "$(head -n1 both.csv)"
check_like ".prom" "bpf_map_both_packets\{cgroup_inode_id=\"$id2\",attach_type=\"1\"\} 5" "$(cat both.prom)"
check_eq ".raw" 16 "$(size "both.raw/$k1")"
check_like ".raw" "^ee03000000000000" "$(od -An -v -tx1 "both.raw/$k1" | tr -d ' \n')"
for form in drain; do fails_with ".$form" "not supported" cat "both.$form"; done
for form in clear replace push; do fails_with ".$form" "not supported" put 1 "both.$form"; done
check_eq ".forms" "count csv errors frozen h info json pin prom raw spec tsv users" "$(ls both.forms | xargs)"
check_like ".info" "type=percpu_cgroup_storage" "$(tr '\n' ' ' < both_cpu.info)"
check_like ".spec" "type=cgroup_storage key" "$(cat both.spec)"
check_like ".spec without types" "type=cgroup_storage key_size=16 value_size=8" "$(cat bare.spec)"
works ".spec makes another" cp both.spec more.spec
works ".spec makes another, without types" cp bare_cpu.spec more2.spec
check_eq "that is empty" "" "$(ls more more2 | grep id)"
works "R15: rmdir without entries" rmdir more
check_like ".h without types" "key" "$(cat bare.h)"
check_like ".users" "count_both" "$(cat both.users)"

rmdir "$two"
until_true 60 eval '! [ -e "both/$k2" ]'
absent "a cgroup that goes takes its entry along" "both/$k2"
check_eq "the other stays" "$k1" "$(ls both)"

chmod 444 "$B/both"
cd / && stop && start allow_other && cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
check_eq "R18: others may read" "packets=1006 bytes=120" "$(user cat "both/$k1")"
fails_with "R18: and not write" "denied" user bash -c 'echo packets=2 > "$1"' - "both/$k1"
bpftool map freeze pinned "$B/both"
until_true 60 eval '[ "$(mode both)" = 555 ]'
fails_with "frozen" "not permitted" put packets=3 "both/$k1"
check_eq "frozen: it reads" "packets=1006 bytes=120" "$(cat "both/$k1")"
