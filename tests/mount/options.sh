#!/bin/bash
# SPDX-License-Identifier: MIT
# Command line and mount options.
. "$(dirname "$0")/lib.sh"
mkdir "$B/app"
new_map app/m hash 4 8 16
map_put app/m 1 10
chmod 640 "$B/app/m"
mounted() { grep -q " $MNT fuse.bpfmapfs" /proc/self/mounts; }
modes() { stat -c '%a %u:%g' "$MNT/app" "$MNT/app/m" "$MNT/app/m/1" | xargs; }

works "the parent's exit says that the mount is there" start uid=11,gid=22
check_eq "uid= gid=" "11:22 11:22 11:22" "$(modes | grep -o '[0-9]*:[0-9]*' | xargs)"
check_eq "uid= gid= are not the pin's" 0:0 "$(stat -c %u:%g "$B/app/m")"
stop
mounted && fail "umount" "no mount" "a mount"
works "fmode= dmode=" start fmode=0444,dmode=0555
check_eq "fmode= dmode=" "555 555 444" "$(modes | grep -o '[0-7]* 0:0' | sed 's/ 0:0//' | xargs)"
stop
start ro
check_like "ro is seen" "(^|,)ro(,|$)" "$(findmnt -n -o OPTIONS "$MNT")"
fails_with "ro" "Read-only file system" put 1 "$MNT/app/m/1"
stop
works "a directory inside the bpffs as SOURCE" "$BPFMAPFS" "$B/app" "$MNT"
check_eq "a directory inside the bpffs as SOURCE" 10 "$(cat "$MNT/m/1")"
check_eq "the device is the SOURCE" "$B/app" "$(findmnt -n -o SOURCE "$MNT")"
stop

fails_with "an unknown option is refused" "" start nonsense
mounted && { fail "an unknown option" "no mount" "a mount"; stop; }
fails_with "a bad number is refused" "" start uid=x
fails_with "a SOURCE that is not there" "No such file" "$BPFMAPFS" "$TMP/none" "$MNT"
fails_with "a SOURCE that is no bpffs" "" "$BPFMAPFS" "$TMP" "$MNT"
fails_with "a MOUNTPOINT that is not there" "No such file" "$BPFMAPFS" "$B" "$TMP/none"
fails_with "no arguments" "" "$BPFMAPFS"
"$BPFMAPFS" -f "$B" "$MNT" &
pid=$!
until_true 60 mounted
check_eq "-f stays in the foreground" 10 "$(cat "$MNT/app/m/1")"
kill -TERM $pid
wait $pid
mounted && fail "SIGTERM unmounts" "no mount" "a mount"
out=$(start)
check_eq "the daemon keeps no descriptor of its starter: this line is reached" "" "$out"
check_eq "ro uid= gid= through the kernel: default_permissions" 1 "$(findmnt -n -o OPTIONS "$MNT" | grep -c default_permissions)"
