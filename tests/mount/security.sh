#!/bin/bash
# SPDX-License-Identifier: MIT
# R18, R19: the driver runs as root; it does for nobody what he could not do
# in the bpffs.
. "$(dirname "$0")/lib.sh"
chmod 1777 "$B"
mkdir -m 700 "$B/private"
mkdir -m 755 "$B/public"
new_map private/open hash 4 8 16
new_map public/group hash 4 8 16
new_map public/root hash 4 8 16
new_map public/theirs hash 4 8 16
chmod 666 "$B/private/open"
chmod 660 "$B/public/group"
chown 0:1234 "$B/public/group"
chown 65534 "$B/public/theirs"
for m in private/open public/group public/root public/theirs; do map_put $m 1 10; done
elsewhere=$TMP/elsewhere
mkdir "$elsewhere"
mount -t bpf -o mode=0700 bpf "$elsewhere"
bpftool map create "$elsewhere/m" type hash key 4 value 8 entries 8 name away
chmod 666 "$elsewhere/m"
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
member() { setpriv --reuid 65534 --regid 65534 --groups 1234 "$@"; }
writes() { "$1" bash -c 'echo "$1" > "$2"' bash "$2" "$3"; }
start allow_other || exit 1
cd "$MNT" || exit 1

# Pinning by path: the caller's way to the pin, and rw on it.
refused() { # refused MESSAGE PATH
	fails_with "R19: pinning $1" "" writes user "$2" stolen.pin
	absent "R19: pinning $1" "$B/stolen"
	rm -f "$B/stolen"
}
refused "a map in a directory that he may not enter" "$B/private/open"
refused "the same through the mount" "$MNT/private/open"
refused "the same by way of .." "$B/public/../private/open"
ln -s private "$B/way"
ln -s private/open "$B/shortcut"
refused "a map by way of a symlink" "$B/way/open"
refused "a map by a symlink" "$B/shortcut"
refused "a map by a symlink in the mount" "$MNT/shortcut"
refused "a map of root's" "$B/public/root"
refused "a map that only a group may use" "$B/public/group"
refused "a map by .id" "$MNT/.id/$(map_id public/theirs)"
fails_with "R19: pinning a map of another bpffs that he may not enter" "" writes user "$elsewhere/m" stolen.pin
absent "R19: pinning a map of another bpffs that he may not enter" "$B/stolen"
works "R19: pinning his own map by path" writes user "$B/public/theirs" mine.pin
check_eq "R19: pinning his own map by path" "$(map_id public/theirs)" "$(map_id mine)"
check_eq "a pin that he made is his" 65534 "$(stat -c %u "$B/mine")"
works "R19: a group's member pins by path" writes member "$B/public/group" groups.pin
fails_with "in a directory of root's he pins nothing" "denied" writes user "$B/public/theirs" public/more.pin

# Supplementary groups count, for the kernel and for the driver.
check_eq "R18: a group's member reads" 10 "$(member cat public/group/1)"
works "R18: a group's member writes" writes member 11 public/group/1
works "R19: a group's member clears" writes member 1 public/group.clear
check_eq "R19: a group's member clears" 0 "$(map_count public/group)"
fails_with "others do not" denied writes user 1 public/group/1
works "a group's member reads .errors" member cat public/group.errors

# Directories and pins of others.
fails_with "mv of a pin of root's out of his directory" denied user mv public/root got
fails_with "rm of a pin in a sticky directory" "ermi" user rm -f -r public/root
map_put public/group 1 10
new_map roots hash 4 8 8
fails_with "rmdir of root's empty map in a sticky directory" ermi user rmdir roots
fails_with "rm M.pin of root's map in a sticky directory" ermi user rm -f roots.pin
fails_with "mv of root's map in a sticky directory" ermi user mv roots got
works "root's map is still there" test -e "$B/roots"
fails_with "chmod of root's directory" "not permitted" user chmod 777 public
fails_with "chown of his own map" "not permitted" user chown 0 public/theirs
works "chmod of his own map" user chmod 640 public/theirs
fails_with "an absent name in a closed directory tells nothing" denied user cat private/none
fails_with "nor a present one" denied user cat private/open/1
fails_with "nor a form" denied user cat private/open.info
for p in .errors .id .id/1.info; do fails_with "$p is root's" denied user cat "$p"; done
cd /
stop

start allow_other,fmode=0666,dmode=0777 || exit 1
check_eq "fmode= lets him read" 10 "$(user cat "$MNT/public/group/1")"
fails_with "R19: .clear needs r and w on the pin, whatever fmode= says" denied writes user 1 "$MNT/public/root.clear"
check_eq "R19: nothing is cleared" 1 "$(map_count public/root)"
works "R19: root clears" put 1 "$MNT/public/root.clear"
map_put public/root 1 10
fails_with "R19: pinning by path needs rw on the pin, whatever fmode= says" denied writes user "$B/public/group" "$MNT/stolen.pin"
absent "R19: pinning by path needs rw on the pin, whatever fmode= says" "$B/stolen"
fails_with "R19: by id only root" "" writes user "id:$(map_id public/theirs)" "$MNT/stolen.pin"
absent "R19: by id only root" "$B/stolen"
stop

start allow_other,uid=65534 || exit 1
check_eq "uid= makes him the owner here" 11 "$(writes user 11 "$MNT/public/root/1"; map_u public/root 1)"
fails_with "R19: .clear needs r and w on the pin, whatever uid= says" denied writes user 1 "$MNT/public/root.clear"
check_eq "R19: nothing is cleared" 1 "$(map_count public/root)"
fails_with "R19: pinning by path, whatever uid= says" ermi writes user "$B/public/root" "$MNT/stolen.pin"
absent "R19: pinning by path, whatever uid= says" "$B/stolen"
umount "$elsewhere"
