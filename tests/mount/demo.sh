#!/bin/bash
# SPDX-License-Identifier: MIT
# make demo: shows what it promises, and leaves nothing behind, also when it is
# interrupted half-way.
. "$(dirname "$0")/lib.sh"
demo=$ROOT/tests/demo/demo
mkdir "$TMP/demos"
export TMPDIR=$TMP/demos

# A pinned link lives as long as its bpffs; the driver is the last to end.
attached() { bpftool -j prog show | jq '[.[] | select(.name == "count_syscall")] | length'; }
before=$(attached)
no_more() { [ "$(attached)" -le "$before" ] && ! grep -lqsF "$TMP/demos/" /proc/[0-9]*/cmdline; }
nothing_left() { # MESSAGE
	until_true 60 no_more || fail "$1: no driver, no program" "$before" "$(attached)"
	check_eq "$1: no files" "" "$(ls -A "$TMP/demos")"
	check_eq "$1: no mounts" "" "$(grep -F "$TMP/demos/" /proc/self/mounts)"
}

"$demo" > "$TMP/out" 2> "$TMP/err"
check_eq "the demo's status" 0 $?
check_eq "the demo's complaints" 1 "$(wc -l < "$TMP/err")"
check_like "the one complaint is the refused write" "Invalid argument" "$(cat "$TMP/err")"
nothing_left "the demo"

# after COMMAND: what the demo printed below it
after() { grep -A "${2:-1}" -m 1 -F -e "\$ $1" "$TMP/out" | tail -n "${2:-1}"; }
check_like "cat of an entry" '^count=[0-9]+ comm=bash$' "$(after 'cat app/syscalls/')"
check_like "cat of a per-CPU entry" '^total=[0-9]+ cpu0=[0-9]+' "$(after 'cat app/by_cpu/0')"
check_like "bpftool sees what echo wrote" '"count": 1001' "$(after 'bpftool map lookup' 8)"
check_like "rm removes" "No such file or directory" "$(grep -A 3 -F '$ rm app' "$TMP/out")"
check_like "the refusal's reason" "EINVAL|nvalid|lots" "$(after 'tail -n 1 .errors')"
check_eq "clear empties: what is left is what ran since" 1 \
	"$([ "$(after 'cat app/syscalls.count')" -lt $((100 + $(ls -d /proc/[0-9]* | wc -l))) ] && echo 1)"
check_eq "the pin that was removed" "syscalls" "$(after 'rm app/by_cpu.pin')"

# Interrupted as soon as its mount is up, and later.
for line in 'ls -F' 'cat app/by_cpu'; do
	"$demo" > "$TMP/out" 2>&1 &
	pid=$!
	until_true 60 grep -qsF "$line" "$TMP/out" || fail "the demo comes to $line" there "$(cat "$TMP/out")"
	kill -TERM "$pid"
	wait "$pid"
	nothing_left "interrupted at $line"
done
