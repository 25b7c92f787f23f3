#!/bin/bash
# SPDX-License-Identifier: MIT
# SOURCE and MOUNTPOINT however they are written, and the command line's
# answers to what is none.
. "$(dirname "$0")/lib.sh"
new_map m hash 4 8 8
map_put m 1 10
cd "$TMP" || exit 1
mkdir "odd, bpf" "odd, mnt" 'back\slash' plain
ln -s bpf link-to-bpf
ln -s plain link-to-plain
# mounts SOURCE MOUNTPOINT REALSOURCE REALMOUNTPOINT
mounts() {
	works "'$1' on '$2'" "$BPFMAPFS" "$1" "$2"
	check_eq "'$1' on '$2': the mount table" "fuse.bpfmapfs $3" "$(findmnt -n -o FSTYPE,SOURCE "$4")"
	check_eq "'$1' on '$2': entries" 10 "$(cat "$4/m/1")"
	check_eq "'$1' on '$2': .pin" "$3/m" "$(cat "$4/m.pin")"
	works "'$1' on '$2': umount" umount "$4"
}
plain=$TMP/plain
mounts bpf plain "$B" "$plain"
mounts bpf/ ./plain/ "$B" "$plain"
mounts link-to-bpf link-to-plain "$B" "$plain"
mounts "$B" 'back\slash' "$B" "$TMP/back\\slash"
mounts "$B" "odd, mnt" "$B" "$TMP/odd, mnt"
umount -l "$B"
mount -t bpf bpf "odd, bpf"
bpftool map create "odd, bpf/m" type hash key 4 value 8 entries 8 name m
bpftool map update pinned "odd, bpf/m" key hex 01 00 00 00 value hex 0a 00 00 00 00 00 00 00
works "a SOURCE with a comma" "$BPFMAPFS" "odd, bpf" plain
check_eq "a SOURCE with a comma" "$TMP/odd, bpf" "$(findmnt -n -o SOURCE plain)"
check_eq "a SOURCE with a comma" 10 "$(cat plain/m/1)"
umount plain
umount -l "odd, bpf" # a driver may still be on its way out
mount -t bpf -o mode=755 bpf "$B"
if mount -t bpf bpf /sys/fs/bpf 2>/dev/null; then
	bpftool map create /sys/fs/bpf/standard type hash key 4 value 8 entries 8 name m
	works "SOURCE is /sys/fs/bpf if left out" "$BPFMAPFS" plain
	check_eq "SOURCE is /sys/fs/bpf if left out" "standard /sys/fs/bpf" \
		"$(ls plain | grep -v README) $(findmnt -n -o SOURCE plain)"
	umount plain
	umount -l /sys/fs/bpf
fi
works "options after the names" "$BPFMAPFS" bpf plain -o ro
check_like "options after the names" '(^|,)ro,' "$(findmnt -n -o OPTIONS plain)"
umount plain
works "many -o" "$BPFMAPFS" -o ro -oallow_other,uid=5 bpf plain
check_like "many -o" '(^|,)ro,.*allow_other' "$(findmnt -n -o OPTIONS plain)"
umount plain

: > file
for args in "a b c" "-x" "bpf file" "file plain" "-o uid bpf plain" "-o fmode=9 bpf plain" "-o" "bpf"; do
	# shellcheck disable=SC2086
	"$BPFMAPFS" $args > out 2> err
	check_ne "refused: $args" 0 $?
	check_ne "refused: $args: says why" "" "$(cat err)"
	check_eq "refused: $args: mounts nothing" "" "$(findmnt -n -t fuse.bpfmapfs -o TARGET | grep "$TMP")"
	umount plain file 2>/dev/null
done
works "--help" "$BPFMAPFS" --help
check_like "--help tells the usage" "usage: .*SOURCE.*MOUNTPOINT" "$("$BPFMAPFS" --help)"
cd /
