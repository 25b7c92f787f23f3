#!/bin/bash
# SPDX-License-Identifier: MIT
# struct_ops: maps of the kernel's tcp_congestion_ops, empty, in use, and
# waiting for a link; bpftool and the kernel's list of congestion controls are
# the witnesses.
# tsan
. "$(dirname "$0")/lib.sh"
# Or the kernel keeps it for good; cleanup is to see the script's own status.
trap 'status=$?; mt_ops unregister "$B/used" 2> /dev/null; (exit $status); cleanup' EXIT

name=bmfs_$$
ops=$OBJ/mt_ops.bpf.o
mt_ops empty "$B/empty" || skip "this kernel takes no struct_ops maps"
mt_ops register "$B/used" "$ops" "$name" || skip "this kernel registers no struct_ops"
mt_ops link "$B/linked" "$ops" "${name}_l" || skip "this kernel has no struct_ops with links"
start || exit 1
cd "$MNT" || exit 1

# dumped PIN PATH: what bpftool shows there.
dumped() { bpftool -j map dump pinned "$B/$1" | jq -c ".[0].formatted.value.$2"; }
field() { tr ' ' '\n' < "$1/0" | sed -n "s/^$2=//p"; }
registered() { grep -qw "$1" /proc/sys/net/ipv4/tcp_available_congestion_control; }

# --- in use ------------------------------------------------------------------
check_eq "one entry" 0 "$(ls used)"
registered "$name" && pass "the kernel has it" || fail "the kernel has it" "$name" "$(cat /proc/sys/net/ipv4/tcp_available_congestion_control)"
for member in common.refcnt.refs.counter common.state data.name data.flags data.key; do
	check_eq "$member is bpftool's" "$(dumped used $member | tr -d '"')" "$(field used $member)"
done
for member in ssthresh undo_cwnd cong_avoid; do
	check_eq "$member is a program's id" "$(dumped used data.$member)" "$(field used data.$member)"
	check_eq "that of $member" $member "$(bpftool -j prog show id "$(field used data.$member)" | jq -r .name)"
done
check_eq "what has no program is 0" "0 0" "$(field used data.init) $(field used data.set_state)"
check_eq "its name" "$name" "$(field used data.name)"
check_eq "its state" BPF_STRUCT_OPS_STATE_INUSE "$(field used common.state)"
check_eq "R1: the exact size" "$(wc -c < used/0)" "$(size used/0)"
check_eq "raw bytes are as many as the kernel's" "$(bpftool -j map show pinned "$B/used" | jq .bytes_value)" "$(wc -c < used.raw/0)"
check_eq "nothing to write" 400 "$(mode used/0)"
absent "no other entry" used/1

# --- the forms ---------------------------------------------------------------
check_eq ".count" 1 "$(cat used.count)"
check_eq ".tsv" "0	$(cat used/0)" "$(cat used.tsv)"
check_eq ".json is bpftool's, but for pointers" "$(dumped used 'data | del(.owner, .list)')" \
	"$(jq -c '.[0].value.data | del(.owner, .list)' used.json)"
check_eq ".json of a pointer" '"0x0"' "$(jq '.[0].value.data.owner' used.json)"
check_eq ".csv" "$name" "$(python3 -c 'import csv; print(next(csv.DictReader(open("used.csv")))["data.name"])')"
check_eq ".prom" "$(field used data.ssthresh)" "$(sed -n 's/^bpf_map_used_data_ssthresh{key="0"} //p' used.prom)"
check_eq ".h compiles, to the same size" 0 "$({ cat used.h; echo "int x[sizeof(used_value) == $(wc -c < used.raw/0) ? 1 : -1];"; } |
	gcc -fsyntax-only -xc - > /dev/null 2>&1; echo $?)"
check_eq ".info" "type=struct_ops key_size=4 max_entries=1" "$(grep -E '^(type|key_size|max_entries)=' used.info | xargs)"
check_eq ".info of one for links" "flags=link" "$(grep ^flags= linked.info)"
check_eq ".users ends" "" "$(grep -v '^prog \|^pid ' used.users)"
check_eq ".frozen" 0 "$(cat used.frozen)"
fails_with "the kernel freezes none" "not supported" bash -c 'echo 1 > used.frozen'

# --- .spec -------------------------------------------------------------------
check_like ".spec names the kernel's type" "^type=struct_ops kernel_value=bpf_struct_ops_tcp_congestion_ops " "$(cat used.spec)"
for m in used linked; do
	works ".spec makes such a map: $m" bash -c "cat $m.spec > $m-2.spec"
	check_eq "the kernel has it so: $m" "$(bpftool -j map show pinned "$B/$m" | jq -c '[.type, .flags, .bytes_value]')" \
		"$(bpftool -j map show pinned "$B/$m-2" | jq -c '[.type, .flags, .bytes_value]')"
	check_eq "empty: $m" "BPF_STRUCT_OPS_STATE_INIT 0" "$(field $m-2 common.state) $(field $m-2 data.ssthresh)"
done
fails_with "without the type none is made" "Invalid argument" bash -c \
	'echo "type=struct_ops key_size=4 value_size=256 max_entries=1" > x.spec'
check_like "the reason says what is missing" "needs kernel_value=NAME" "$(tail -1 .errors)"
absent "and there is none" x

# --- writing -------------------------------------------------------------------
before=$(cat used/0)
fails_with "loaders fill such maps" "not supported" bash -c 'echo data.flags=1 > used/0'
fails_with "an empty one, too" "not supported" bash -c 'cat empty/0 > empty/0'
fails_with "nor through .tsv" "not supported" bash -c 'echo > used.tsv'
fails_with "nor raw" "not supported" bash -c 'cat used.raw/0 > used.raw/0'
check_like "the reason" "programs that a loader brings" "$(tail -1 used.errors)"
check_eq "nothing changed" "$before" "$(cat used/0)"

# --- rm ------------------------------------------------------------------------
fails_with "nothing to take out of an empty one" "No such file" rm empty/0
check_like "the reason" "no functions were put in use" "$(tail -1 empty.errors)"
check_eq "an empty one reads" BPF_STRUCT_OPS_STATE_INIT "$(field empty common.state)"
fails_with "one for links goes with its link" "not supported" rm linked/0
check_like "the reason" "a link puts these functions in use" "$(tail -1 linked.errors)"
check_eq "it reads" "BPF_STRUCT_OPS_STATE_READY ${name}_l" "$(field linked common.state) $(field linked data.name)"
works "rm unregisters" rm used/0
registered "$name" && fail "the kernel has forgotten it" "no $name" "$name" || pass "the kernel has forgotten it"
check_eq "the state is bpftool's" "$(dumped used common.state | tr -d '"')" "$(field used common.state)"
check_ne "and another" BPF_STRUCT_OPS_STATE_INUSE "$(field used common.state)"
fails_with "once" "busy" rm used/0
check_like "the reason" "out of use already" "$(tail -1 used.errors)"
id=$(map_id used)
works "rm M.pin unpins it" rm used.pin
until_true 60 eval '! map_alive "$id"' && pass "then it is gone" || fail "then it is gone" "no map $id" "$(bpftool map show id "$id")"
