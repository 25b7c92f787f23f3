#!/bin/bash
# SPDX-License-Identifier: MIT
# Inode storage: paths of M.at/ that lead into file systems that do not answer hold up nobody else.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_storage.bpf.o" "$B" || skip "this kernel does not load the storages"
n=8 # more than workers that read in turn
for ((i = 0; i < n; i++)); do
	mkdir "$TMP/stuck$i"
	mt_stuck "$TMP/stuck$i" > "$TMP/said$i" &
	stuck[i]=$!
done
ends() {
	kill "${stuck[@]}" 2> /dev/null
	wait
	for ((i = 0; i < n; i++)); do umount -l "$TMP/stuck$i"; done
}
trap 'ended=$?; ends; (exit $ended); cleanup' EXIT
for ((i = 0; i < n; i++)); do until_true 10 grep -q mounted "$TMP/said$i" || skip "no FUSE mount"; done
start || exit 1
for ((i = 0; i < n; i++)); do stat "$MNT/inodes.at$TMP/stuck$i/name" > /dev/null 2>&1 & done
asked() { [ "$(grep -l request_wait_answer /proc/"$(driver_pid)"/task/*/stack 2> /dev/null | wc -l)" -ge $n ]; }
works "as many lookups wait" until_true 20 asked
works "a file is read meanwhile" timeout 20 cat "$MNT/README.txt"
works "an entry, too" timeout 20 bash -c 'echo hits=1 > "$1/tasks/$$" && cat "$1/tasks/$$"' - "$MNT"
works "and M.at/ elsewhere" timeout 20 ls "$MNT/inodes.at/"
