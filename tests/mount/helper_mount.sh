#!/bin/bash
# SPDX-License-Identifier: MIT
# mount(8) with the helper: types, options of fstab and systemd, remounts,
# crashed drivers, exit codes.
# tsan
. "$(dirname "$0")/lib.sh"

# A /sbin of our own, with the helper in it; mount(8) looks nowhere else.
HELPER=${BPFMAPFS%/*}/mount.bpfmapfs
sbin=$(readlink -f /sbin)
mkdir "$TMP/sbin"
mount --bind "$sbin" "$TMP/sbin" && mount -t tmpfs sbin "$sbin" || skip "no tmpfs over $sbin"
ln -s "$TMP"/sbin/* "$sbin/"
ln -sf "$HELPER" "$sbin/mount.bpfmapfs"
ln -sf "$HELPER" "$sbin/mount.fuse.bpfmapfs"

new_map m hash 4 8 16
map_put m 1 10
mkdir "$B/sub"
say=$TMP/said

# code MESSAGE STATUS REGEX COMMAND...: the exit status, and what is on stderr.
code() {
	local m=$1 want=$2 like=$3 got
	shift 3
	"$@" 2> "$say" > "$TMP/out"
	got=$?
	check_eq "$m: exit status" "$want" "$got"
	check_like "$m: message" "$like" "$(cat "$say")"
}
mounts_at() { findmnt -rn -M "$1" -o SOURCE,FSTYPE | grep -v autofs; }
# count_at DIR: findmnt shows only the uppermost
count_at() { grep -c " $1 fuse.bpfmapfs " /proc/self/mounts; }
# options_at DIR: those of the mount and those of the file system
options_at() { findmnt -rn -M "$1" -o VFS-OPTIONS,FS-OPTIONS | tr ' ' ','; }
has() { case ",$(options_at "$MNT")," in *,"$1",*) echo "$1" ;; *) echo "no $1" ;; esac; }
sentence="^mount.bpfmapfs: $MNT: [^"$'\n'"]+$"

mount -t bpfmapfs "$B" "$MNT" || { fail "a mount" "status 0" "status $?"; exit 1; }
stop

# --- both types; ready when mount(8) returns ---
for type in bpfmapfs fuse.bpfmapfs; do
	code "-t $type" 0 '^$' mount -t $type "$B" "$MNT"
	check_eq "-t $type: an entry at once" 10 "$(cat "$MNT/m/1")"
	check_eq "-t $type: what the kernel shows" "$B fuse.bpfmapfs" "$(mounts_at "$MNT")"
	code "a second one of the same source" 32 "$sentence" mount -t $type "$B" "$MNT"
	check_eq "-t $type: is there once" 1 "$(count_at "$MNT")"
	stop
done
code "another directory of the bpffs" 0 '^$' mount -t bpfmapfs "$B/sub" "$MNT"
check_eq "another directory of the bpffs" "$B/sub fuse.bpfmapfs" "$(mounts_at "$MNT")"
stop

# --- fstab ---
others=nofail,_netdev,user,x-systemd.automount,x-systemd.idle-timeout=1min,X-a,comment=b,relatime,defaults
echo "$B $MNT bpfmapfs $others,ro,uid=12,gid=daemon 0 0" > "$TMP/fstab"
code "fstab" 0 '^$' mount -a -T "$TMP/fstab"
check_eq "fstab: mounted" "$B fuse.bpfmapfs" "$(mounts_at "$MNT")"
check_eq "fstab: uid= and gid= reach the driver" "12 $(getent group daemon | cut -d: -f3)" \
	"$(stat -c '%u %g' "$MNT/m/1")"
fails_with "fstab: ro reaches the driver" "Read-only file system" put 11 "$MNT/m/1"
pid=$(driver_pid)
code "mount -a again" 0 '^$' mount -a -T "$TMP/fstab"
check_eq "mount -a again: is there once" 1 "$(count_at "$MNT")"
check_eq "mount -a again: the same driver" "$pid" "$(driver_pid)"
stop
code "by mount point" 0 '^$' mount -T "$TMP/fstab" "$MNT"
check_eq "by mount point" "$B fuse.bpfmapfs" "$(mounts_at "$MNT")"
stop

# --- the host's bpffs, under any name, mounted where it is missing ---
mount -t tmpfs not-bpf /sys/fs/bpf
echo "none $MNT fuse.bpfmapfs $others,rw 0 0" > "$TMP/fstab"
code "source none" 0 '^$' mount -a -T "$TMP/fstab"
check_eq "a bpffs is mounted" bpf_fs "$(stat -f -c %T /sys/fs/bpf)"
check_eq "a bpffs for root only" 1700 "$(mode /sys/fs/bpf)"
check_eq "none is /sys/fs/bpf" "/sys/fs/bpf fuse.bpfmapfs" "$(mounts_at "$MNT")"
bpftool map create /sys/fs/bpf/here type array key 4 value 4 entries 2 name here
check_eq "its maps are there" "here" "$(cd "$MNT" && echo h*)"
code "mount -a again with none" 0 '^$' mount -a -T "$TMP/fstab"
check_eq "mount -a again with none: is there once" 1 "$(count_at "$MNT")"
check_eq "a bpffs that is there is used" 1 "$(grep -c ' /sys/fs/bpf bpf ' /proc/self/mounts)"
stop
umount /sys/fs/bpf
code "source /sys/fs/bpf" 0 '^$' mount -t bpfmapfs /sys/fs/bpf "$MNT"
check_eq "a bpffs is mounted there" bpf_fs "$(stat -f -c %T /sys/fs/bpf)"
stop
umount /sys/fs/bpf
code "-f" 0 '^$' mount -f -t bpfmapfs none "$MNT"
check_eq "-f mounts nothing" "" "$(mounts_at "$MNT")"
check_eq "-f mounts no bpffs" tmpfs "$(stat -f -c %T /sys/fs/bpf)"
umount /sys/fs/bpf

# --- remount ---
mount -t bpfmapfs -o nosuid,noexec,allow_other "$B" "$MNT"
code "remount,ro" 0 '^$' mount -o remount,ro "$MNT"
fails_with "remount,ro: no writing" "Read-only file system" put 12 "$MNT/m/1"
check_eq "remount,ro keeps noexec" noexec "$(has noexec)"
check_eq "remount,ro keeps allow_other" allow_other "$(has allow_other)"
code "remount,rw" 0 '^$' mount -o remount,rw "$MNT"
works "remount,rw: writing" put 13 "$MNT/m/1"
check_eq "remount,rw: writing" 13 "$(map_u m 1)"
check_eq "remount,rw keeps nosuid" nosuid "$(has nosuid)"
code "remount,exec" 0 '^$' mount -o remount,exec "$MNT"
check_eq "remount,exec" "no noexec" "$(has noexec)"
check_eq "remount,exec keeps nosuid" nosuid "$(has nosuid)"
code "remount with a source" 0 '^$' mount -t bpfmapfs -o remount,noexec "$B" "$MNT"
check_eq "remount with a source replaces" "noexec, no nosuid" "$(has noexec), $(has nosuid)"
code "-f remount" 0 '^$' mount -f -o remount,ro "$MNT"
check_eq "-f remount changes nothing" rw "$(has rw)"
code "remount with an unknown option" 1 "$sentence" mount -o remount,ro,bogus "$MNT"
check_eq "remount with an unknown option changes nothing" rw "$(has rw)"
check_eq "one driver all the time" 1 "$(driver_pid | wc -l)"
stop
mount -t tmpfs other "$MNT"
code "remount of something else" 32 "$sentence" mount -t bpfmapfs -o remount,ro "$B" "$MNT"
check_eq "something else stays as it is" rw "$(has rw)"
umount "$MNT"
code "flags that come late" 0 '^$' mount -t bpfmapfs -o nosymfollow,ro "$B" "$MNT"
check_eq "nosymfollow" nosymfollow "$(has nosymfollow)"
check_eq "nosymfollow and ro" ro "$(has ro)"
check_eq "nosymfollow and nosuid, which is always on" nosuid "$(has nosuid)"
stop

# --- a driver that crashed ---
mount -t bpfmapfs "$B" "$MNT"
kill -9 "$(driver_pid)"
until_true 60 eval '! stat "$MNT" > /dev/null 2>&1' || fail "a dead mount" ENOTCONN alive
code "-f on a dead mount" 0 '^$' mount -f -t bpfmapfs "$B" "$MNT"
code "over a dead mount" 0 '^$' mount -t bpfmapfs "$B" "$MNT"
check_eq "over a dead mount: works" 13 "$(cat "$MNT/m/1")"
check_eq "the dead mount has gone" 1 "$(count_at "$MNT")"
stop

# --- another mount namespace; a chroot does not see its mount point there ---
unshare -m --propagation private sleep 60 &
other=$!
until_true 60 eval '[ "$(readlink /proc/$other/ns/mnt)" != "$(readlink /proc/$$/ns/mnt)" ]'
if nsenter -m -t "$other" test -d "$MNT"; then
	code "-N" 0 '^$' mount -N "$other" -t bpfmapfs "$B" "$MNT"
	check_eq "-N: not in this namespace" "" "$(mounts_at "$MNT")"
	check_eq "-N: in that one" 13 "$(nsenter -m -t "$other" cat "$MNT/m/1")"
	nsenter -m -t "$other" umount "$MNT"
fi
kill "$other"

# --- failures ---
: > "$TMP/file"
code "no such directory" 32 "^mount.bpfmapfs: $TMP/none: No such file" mount -t bpfmapfs "$B" "$TMP/none"
code "not a directory" 32 "^mount.bpfmapfs: $TMP/file: Not a directory" mount -t bpfmapfs "$B" "$TMP/file"
code "no bpffs" 32 "$sentence" mount -t bpfmapfs "$TMP" "$MNT"
code "no source" 32 "$sentence" mount -t bpfmapfs "$B/none" "$MNT"
code "a pin" 32 "$sentence" mount -t bpfmapfs "$B/m" "$MNT"
code "an unknown option" 1 "$sentence" mount -t bpfmapfs -o bogus "$B" "$MNT"
check_like "an unknown option is named" bogus "$(cat "$say")"
code "nofail does not hide it" 1 "$sentence" mount -t bpfmapfs -o nofail,bogus "$B" "$MNT"
code "a value that the driver refuses" 32 "^mount.bpfmapfs: $MNT: " mount -t bpfmapfs -o fmode=zzz "$B" "$MNT"
code "an unknown option with -s" 0 '^$' mount -s -t bpfmapfs -o bogus "$B" "$MNT"
stop
code "no arguments" 1 '^mount.bpfmapfs: ' "$HELPER"
code "one argument" 1 '^mount.bpfmapfs: ' "$HELPER" "$B"
code "three arguments" 1 '^mount.bpfmapfs: ' "$HELPER" "$B" "$MNT" x
code "another type" 1 '^mount.bpfmapfs: ' "$HELPER" "$B" "$MNT" -t fuse.sshfs
code "an unknown letter" 1 '^mount.bpfmapfs: ' "$HELPER" "$B" "$MNT" -x
code "help" 0 '^$' "$HELPER" --help
check_like "help" "allow_other" "$(cat "$TMP/out")"
if [ ! -e /usr/local/bin/bpfmapfs ] && [ ! -e /usr/bin/bpfmapfs ]; then
	cp "$HELPER" "$TMP/alone"
	code "no driver" 2 "$sentence" env PATH=/nonexistent "$TMP/alone" "$B" "$MNT"
fi
check_eq "failures mount nothing" "" "$(mounts_at "$MNT")"
umount -l "$sbin" "$TMP/sbin"
