#!/bin/bash
# SPDX-License-Identifier: MIT
# Stack traces: a program stores its runner's stacks, which are read as
# addresses with the kernel's names for them, or as build ids; bpftool and
# /proc/kallsyms are the witnesses.
# tsan
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/mt_stack.bpf.o" "$B" || exit 1
# Another process has other addresses: two stacks whose hashes meet are not both stored.
stored() { kernel=$(map_u ids 0) user=$(map_u ids 1) build=$(map_u ids 2); [ "$kernel" -ge 0 ] && [ "$user" -ge 0 ] && [ "$build" -ge 0 ]; }
for _ in $(seq 20); do
	mt_run "$B/stack" || skip "raw tracepoint programs cannot be run here"
	stored && break
done
stored || skip "no stacks are stored here: $kernel $user $build"
new_map empty stack_trace 4 80 8
new_map odd stack_trace 4 8 8
start || exit 1
cd "$MNT" || exit 1

# addresses PIN ID: bpftool's words of the value, without the zeros at the end.
addresses() {
	# shellcheck disable=SC2046
	map_value "$1" $(le 4 "$2") | fold -w 16 | sed 's/../& /g' | awk 'NF == 8 { $0 = $8 $7 $6 $5 $4 $3 $2 $1; print }' |
		sed 's/^0*//; s/^$/0/' | tac | awk '$0 != "0" { seen = 1 } seen' | tac
}

# symbol HEX: NAME+0xOFFSET of the kernel's function there, by the kernel's list.
symbol() {
	local found
	found=$(awk -v a="x$1" '$2 ~ /^[tTwW]$/ && "x" $1 <= a && "x" $1 > best { best = "x" $1; name = $3 }
		END { print substr(best, 2), name }' /proc/kallsyms)
	printf '%s+0x%x\n' "${found#* }" $((0x$1 - 0x${found% *}))
}

# --- the kernel's stack ---------------------------------------------------
check_eq "both stacks are listed" "$(printf '%s\n' "$kernel" "$user" | sort -n | xargs)" "$(ls stacks | sort -n | xargs)"
line=$(cat "stacks/$kernel")
check_eq "the addresses are bpftool's" "$(addresses stacks "$kernel" | sed 's/^/0x/' | xargs)" \
	"$(tr , '\n' <<< "$line" | sed 's/:.*//' | xargs)"
if grep -q '^0000000000000000 T' /proc/kallsyms; then
	check_eq "hidden symbols are not shown" "" "$(tr -cd : <<< "$line")"
else
	check_like "the system call is in it" ":__sys_bpf\+0x[0-9a-f]+," "$line"
	check_eq "the program is the first" "bpf_prog_$(bpftool -j prog show pinned "$B/stack" | jq -r '.tag + "_" + .name')" \
		"$(sed 's/^[^:]*:\([^+]*\)+.*/\1/' <<< "$line")"
	for item in $(tr , ' ' <<< "$line"); do
		address=${item%%:*}
		check_eq "the kernel's list has $item" "$(symbol "${address#0x}")" "${item#*:}"
	done
fi
check_eq "a user's stack has addresses alone" "$(addresses stacks "$user" | sed 's/^/0x/' | paste -sd,)" "$(cat "stacks/$user")"
check_eq "R1: the exact size" $((${#line} + 1)) "$(size "stacks/$kernel")"
check_eq "raw bytes are bpftool's" "$(map_value stacks "$(le 4 "$kernel")")" \
	"$(od -An -v -tx1 "stacks.raw/$kernel" | tr -d ' \n')"
check_eq "nothing to write" 400 "$(mode "stacks/$kernel")"

# --- build ids --------------------------------------------------------------
raw=$(map_value builds "$(le 4 "$build")")
offset=$((0x$(sed 's/../& /g' <<< "${raw:48:16}" | tr ' ' '\n' | tac | tr -d '\n')))
if [ "${raw:0:8}" = 01000000 ]; then
	check_eq "the first frame: its file's build id, and the offset" "${raw:8:40}+$(printf '0x%x' "$offset")" \
		"$(cut -d, -f1 "builds/$build")"
else
	check_eq "the first frame: its address" "$(printf '0x%x' "$offset")" "$(cut -d, -f1 "builds/$build")"
fi
# A frame is 32 bytes, and the first one of status 0 ends the list.
frames=0
while [ "${raw:$((64 * frames)):8}" != 00000000 ] && [ $((64 * frames)) -lt ${#raw} ]; do frames=$((frames + 1)); done
check_eq "as many frames as there are" "$frames" "$(tr , '\n' < "builds/$build" | wc -l)"

# --- the forms ---------------------------------------------------------------
check_eq ".count" 2 "$(cat stacks.count)"
check_eq ".tsv" "$kernel	$line" "$(grep "^$kernel	" stacks.tsv)"
check_eq ".json has the items" "$line" "$(jq -r ".[] | select(.key == $kernel) | .value | join(\",\")" stacks.json)"
check_eq ".csv" "key,value" "$(head -1 stacks.csv)"
check_eq ".csv has the line in a cell" "$kernel,\"$line\"" "$(grep "^$kernel," stacks.csv)"
check_eq ".prom has no samples" "" "$(cat stacks.prom)"
check_eq ".h" "unsigned long long stacks_value[16];" "$(grep -o 'unsigned long long stacks_value.*' stacks.h)"
check_eq ".h compiles" 0 "$({ cat builds.h; echo 'int x[sizeof(builds_value) == 512 ? 1 : -1];'; } | gcc -fsyntax-only -xc - > /dev/null 2>&1; echo $?)"
check_eq ".info" "type=stack_trace value_size=512 flags=stack_build_id" "$(grep -E '^(type|value_size|flags)=' builds.info | xargs)"
check_like ".users" "^prog id=[0-9]+ type=raw_tracepoint name=stack" "$(cat stacks.users)"
check_eq "no stacks, no lines" "0 [] key,value" "$(cat empty.count) $(tr -d '\n' < empty.json) $(cat empty.csv)"
cat builds.spec > again.spec
check_eq ".spec makes the same again" "$(sed 's/ name=.*//' builds.spec)" "$(sed 's/ name=.*//' again.spec)"
check_eq ".spec: the kernel has it so" "$(bpftool -j map show pinned "$B/builds" | jq -c '[.type, .bytes_value, .max_entries, .flags]')" \
	"$(bpftool -j map show pinned "$B/again" | jq -c '[.type, .bytes_value, .max_entries, .flags]')"
check_eq "a depth of one is fine" "typedef unsigned long long odd_value[1];" "$(tail -1 odd.h)"

# --- writing ---------------------------------------------------------------
fails_with "programs write stacks" "not supported" bash -c "echo 0x1 > stacks/$kernel"
fails_with "new ones, too" "not supported" bash -c 'echo 0x1 > empty/3'
fails_with ".tsv writes none" "not supported" bash -c 'echo > stacks.tsv'
fails_with ".replace writes none" "not supported" bash -c 'echo > stacks.replace'
check_like "the reason" "written by programs only" "$(tail -1 stacks.errors)"
check_eq "and nothing changed" "$line" "$(cat "stacks/$kernel")"
rm "stacks/$user"
check_eq "rm takes a stack out" none "$(map_value stacks "$(le 4 "$user")")"
fails_with "and it is gone" "No such file" cat "stacks/$user"
fails_with "as is one past the end" "No such file" cat stacks/4294967295
check_eq ".drain reads and takes out" "$kernel	$line" "$(cat stacks.drain)"
check_eq "all of them" 0 "$(map_count stacks)"
mt_run "$B/stack" 2
check_ne "the program stores them again" 0 "$(map_count stacks)"
echo 1 > stacks.clear
check_eq ".clear" 0 "$(map_count stacks)"
echo 1 > builds.frozen
fails_with "frozen: no rm" "not permitted" rm "builds/$build"
check_eq "frozen: it reads" "$frames" "$(tr , '\n' < "builds/$build" | wc -l)"
works "rm -r unpins" rm -r stacks
absent "rm -r unpins" "$B/stacks"
