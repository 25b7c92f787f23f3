#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Inode storage: M.at/PATH is the value of the file /PATH. bpf(2) with the file's fd is the witness.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_storage.bpf.o" "$B" || skip "this kernel does not load the storages"
f=$TMP/files
mkdir "$f" "$f/dir" "$f/mnt" "$f/bound"
echo text > "$f/one"
echo text > "$f/@"
touch "$f/two words" "$f/dir/three" "$f/over"
ln -s one "$f/link"
ln -s dir "$f/way"
mkfifo "$f/fifo"
mknod "$f/null" c 1 3 2> "$TMP/null"
mount -t tmpfs none "$f/mnt"
touch "$f/mnt/four"
bytes() { mt_storage get "$B/inodes" "$1"; }
[ "$(mt_storage set "$B/inodes" "$f/dir/three" "$(le 8 1)")" = 0 ] || skip "this kernel has no storage on inodes"
start || exit 1
mount --bind "$MNT" "$f/bound"
trap 'ended=$?; umount "$f/bound" "$f/mnt" 2> /dev/null; (exit $ended); cleanup' EXIT
cd "$MNT" || exit 1
at=inodes.at$f

check_eq "M/ lists nothing" "" "$(ls -A inodes)"
absent "and finds nothing" inodes/one
fails_with "nor can anything be made there" "not supported" put hits=1 inodes/one
check_like "the reason" "M.at/PATH" "$(tail -n1 inodes.errors)"

check_eq "what bpf(2) stored is read" "hits=1 last=0 note=\"\"" "$(cat "$at/dir/three")"
check_eq "R1: with its exact size" 22 "$(size "$at/dir/three")"
absent "a file without a value" "$at/one"
absent "no file" "$at/none"
works "a write makes" put "hits=300 note=x" "$at/one"
check_eq "a write makes: the kernel has it" 2c0100000000000000000000780000000000000000000000 "$(bytes "$f/one")"
works "a write updates" put hits+=1 "$at/one"
check_eq "a write updates, and the rest stays" 2d0100000000000000000000780000000000000000000000 "$(bytes "$f/one")"
fails_with "R3: noclobber" "cannot overwrite" bash -c 'set -o noclobber; echo hits=1 > "$1"' - "$at/one"
fails_with "no value" "Invalid argument" put hits=x "$at/one"
works "R4: touch" touch "$at/two words"
check_like "R4: touch" "^0+$" "$(bytes "$f/two words")"
fails_with "a write for no file" "No such file" put hits=1 "$at/none"
check_like "the reason" "no such file" "$(tail -n1 inodes.errors)"
[ ! -e "$f/none" ] && pass "and none is made" || fail "none is made" "" "$f/none"
check_eq "the files are what they were" "text 0" "$(cat "$f/one") $(size "$f/two words")"

works "rm takes the value" rm "$at/one"
check_eq "rm takes the value: the kernel has none" ENOENT "$(bytes "$f/one")"
check_eq "rm leaves the file" text "$(cat "$f/one")"
absent "rm takes the value" "$at/one"

works "a directory's own value" put hits=9 "$at/dir/@"
check_like "a directory's own value: the kernel has it" "^09" "$(bytes "$f/dir")"
check_like "a directory's own value" "^hits=9 " "$(cat "$at/dir/@")"
works "a file called @" put hits=8 "$at/@@"
check_like "a file called @: the kernel has it" "^08" "$(bytes "$f/@")"
check_eq "and not its directory" ENOENT "$(bytes "$f")"
absent "a file is no directory" "$at/one/@"
fails_with "a directory is no file" "directory" put hits=1 "$at/dir"
check_eq "listed is what has a value" "@ three" "$(ls "$at/dir" | xargs)"
check_eq "listed is what has a value" "@@,two words," "$(ls "$at" | tr '\n' ,)"
works "and can be stat'ed" ls -l "$at" "$at/dir"
fails_with "rmdir" "not permitted" rmdir "$at/dir"
fails_with "mkdir" "" mkdir "$at/newdir"
works "R7: mv copies the value and deletes it" mv "$at/dir/three" "$at/one"
check_like "R7: mv: there" "^01" "$(bytes "$f/one")"
check_eq "R7: mv: no longer there" ENOENT "$(bytes "$f/dir/three")"
check_eq "R7: mv: the files stay" "text 0" "$(cat "$f/one") $(size "$f/dir/three")"
works "R7: and back" mv "$at/one" "$at/dir/three"

# What is not a plain file is not opened.
works "a FIFO does not block" timeout 60 bash -c 'echo hits=3 > "$1"' - "$at/fifo"
check_like "a FIFO has a value" "^03" "$(timeout 60 mt_storage get "$B/inodes" "$f/fifo")"
[ ! -c "$f/null" ] || works "nor is a device opened" put hits=4 "$at/null"
absent "a symlink" "$at/link"
fails_with "a symlink" "No such file" put hits=1 "$at/link"
absent "a way through a symlink" "$at/way/three"
absent "/proc's links" inodes.at/proc/self/root
works "another file system" put hits=5 "$at/mnt/four"
check_like "another file system: the kernel has it" "^05" "$(bytes "$f/mnt/four")"
absent "our own mount" "inodes.at$MNT"
absent "our own mount" "inodes.at$MNT/README.txt"
absent "our own mount, bound elsewhere" "$at/bound"
works "a listing beside it" ls "inodes.at$TMP"
check_eq "a file that goes" "gone" "$(put hits=1 "$at/over"; rm "$f/over"; cat "$at/over" 2> "$TMP/null" || echo gone)"

# Forms.
for form in csv json prom count drain tsv; do
	works "R24: .$form can be stat'ed" stat "inodes.$form"
	fails_with "R24: .$form" "not supported" cat "inodes.$form"
	check_like "R24: .$form: the reason" "its keys are files" "$(tail -n1 inodes.errors)"
done
for form in clear replace tsv; do fails_with "R24: .$form" "not supported" put 1 "inodes.$form"; done
fails_with "R24: .raw/" "not supported" ls inodes.raw
check_eq ".forms" "at errors frozen h info pin spec users" "$(ls inodes.forms | xargs)"
check_eq ".forms: at" "../inodes.at" "$(readlink inodes.forms/at)"
check_like ".info" "type=inode_storage" "$(tr '\n' ' ' < inodes.info)"
check_like ".spec" "type=inode_storage key=s32 value=" "$(cat inodes.spec)"
works ".spec makes another" cp inodes.spec more.spec
works ".spec: of the same kind" put hits=1 "more.at$f/one"
fails_with "R15: rmdir" "not empty" rmdir more
fails_with "other types have no .at" "not supported" ls tasks.at
absent "other types have no .at" "tasks.at$f"
fails_with "sockets have no names" "not supported" cat sockets.tsv
check_like "sockets have no names: the reason" "sockets" "$(tail -n1 sockets.errors)"
check_eq "sockets have no names" "" "$(ls -A sockets)"

# Rights: for root alone, whatever the pin says.
chmod 666 "$B/inodes"
cd / && umount "$f/bound" && stop && start allow_other,dmode=777,uid=65534 && cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
check_eq "M.at/ is root's" "700 0" "$(stat -c '%a %u' inodes.at)"
check_eq "and what is below" "700 0" "$(stat -c '%a %u' "$at")"
fails_with "others cannot look" "denied" user cat "$at/dir/three"
fails_with "others cannot write" "denied" user bash -c 'echo hits=1 > "$1"' - "$at/one"
bpftool map freeze pinned "$B/inodes"
until_true 60 eval '[ "$(mode "$at/dir/three")" = 444 ]'
fails_with "frozen" "not permitted" put hits=3 "$at/dir/three"
fails_with "frozen: rm" "not permitted" rm -f "$at/dir/three"
check_like "frozen: it reads" "^hits=1" "$(cat "$at/dir/three")"
works "rm -r of what has values ends" timeout 60 bash -c '! rm -r "$1" 2> /dev/null' - "more.at$f"
check_eq "and leaves the files" "text text" "$(cat "$f/one" "$f/@" | xargs)"
check_eq "without their values" ENOENT "$(mt_storage get "$B/more" "$f/one")"
no_fd() { ! ls -l "/proc/$(driver_pid)/fd" | grep -q "$f"; }
until_true 60 no_fd && pass "no fd is left over" || fail "no fd is left over" none "$(ls -l "/proc/$(driver_pid)/fd")"
