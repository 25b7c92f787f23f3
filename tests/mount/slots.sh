#!/bin/bash
# SPDX-License-Identifier: MIT
# Types whose values user space cannot read: cgroup arrays, perf event arrays, maps of AF_XDP sockets. Nobody
# can tell which of their slots are set, so none is listed and each is there by name. R29: a cgroup array
# accepts a cgroup's path.
# tsan
. "$(dirname "$0")/lib.sh"
chmod 755 "$B"
mt_load "$OBJ/mt_held.bpf.o" "$B" 2>"$TMP/err" || skip "the programs cannot be loaded here: $(head -1 "$TMP/err")"
mkdir "$TMP/cg"
mount -t cgroup2 none "$TMP/cg" 2>/dev/null || skip "no cgroup2 here"
MINE=$TMP/cg/bpfmapfs-slots-$$
mkdir -p "$MINE/inner" || { umount "$TMP/cg"; skip "no cgroup can be made here"; }
at_end() {
	local status=$?
	cd /
	[ -z "${HOLDER_PID:-}" ] || kill "$HOLDER_PID"
	until_true 60 rmdir "$MINE/inner" "$MINE" 2>/dev/null
	umount -l "$TMP/cg"
	( exit $status )
	cleanup
}
trap at_end EXIT
start allow_other || exit 1
cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
writes() { user timeout 60 bash -c 'echo "$1" > "$2"' bash "$1" "$2"; }
put() { timeout 60 bash -c 'echo "$1" > "$2"' bash "$1" "$2"; } # no path may make the driver wait for itself
run() { mt_held run "$B/$1"; }
# What the program says that is run in a cgroup: 1 in the cgroup of slot 0, 0 outside it.
run_in() { bash -c 'echo $$ > "$1/cgroup.procs"; exec mt_held run "$2"' bash "$1" "$B/in_group"; }
EMPTY=$(run in_group) # of an empty slot: an errno

# ---- of all three ----

for m in groups xsks perf; do
	check_eq "$m: no slot is listed" "" "$(ls -A $m)"
	works "$m: each is there by its name" test -e $m/3
	check_eq "$m: empty to look at" 0 "$(size $m/3)"
	absent "$m: none past the end" $m/4
	absent "$m: no other name" $m/x
	fails_with "$m: a slot cannot be read" "not supported" cat $m/3
	check_like "$m: .errors says why" "which the kernel does not show" "$(tail -1 $m.errors)"
	fails_with "$m: an index past the end" "" put 1 $m/4
	for form in tsv csv json prom count drain clear; do
		op=cat
		[ $form = clear ] && op="put 1"
		# shellcheck disable=SC2086
		fails_with "$m: .$form" "not supported" $op $m.$form
		check_like "$m: .errors says why there is no .$form" "which of its slots are set" "$(tail -1 $m.errors)"
	done
	fails_with "$m: .replace" "not supported" put 1 $m.replace
	fails_with "$m: .raw" "not supported" ls $m.raw
	fails_with "$m: .pop" "not supported" cat $m.pop
	fails_with "$m: .mem" "not supported" cat $m.mem
	for form in info spec users pin h frozen errors; do
		works "$m: .$form" cat $m.$form
	done
	fails_with "$m: rmdir of what nobody knows to be empty" "not empty" rmdir $m
	check_like "$m: .errors says what unpins it" "rm NAME.pin" "$(tail -1 $m.errors)"
	fails_with "$m: noclobber: the slot is there" "cannot overwrite" bash -c "set -o noclobber; echo 1 > $m/0"
done
works "find ends" find . -type f
check_eq "modes say what can be done" "--w------- ---------- ----------" \
	"$(stat -c %A groups/0 xsks/0 perf/0 | xargs)"

# ---- cgroup arrays ----

works "R29: a cgroup's path" put "$MINE" groups/0
check_eq "a program sees it: inside" 1 "$(run_in "$MINE")"
check_eq "below it is inside as well" 1 "$(run_in "$MINE/inner")"
check_eq "outside" 0 "$(run_in "$TMP/cg")"
works "another in its place" put "$MINE/inner/../inner/." groups/0
check_eq "a program sees it: inside" "1 0" "$(run_in "$MINE/inner") $(run_in "$MINE")"
fails_with "R21: of two lines in one write a bad one" "" dput "$MINE
$MINE/none" groups/0
check_eq "R21: the good one is not applied" 0 "$(run_in "$MINE")"
works "two lines: the last stays" dput "$MINE/inner
$MINE" groups/0
check_eq "a program sees it" 1 "$(run_in "$MINE")"
works "rm clears the slot" rm groups/0
check_eq "a program sees that" "$EMPTY" "$(run in_group)"
check_ne "which is not the answer of a full one" 0 "$EMPTY"
fails_with "rm of an empty slot" "No such file" rm groups/0
check_like ".errors says so" "there is nothing in it" "$(tail -1 groups.errors)"
works "root may name it by its id" put "$(stat -c %i "$MINE")" groups/0
check_eq "a program sees it" "1 0" "$(run_in "$MINE") $(run_in "$TMP/cg")"
rm groups/0
works ">> is > (nobody knows what is there)" bash -c "echo $MINE >> groups/0"
check_eq "a program sees it" 1 "$(run_in "$MINE")"
printf '0\t%s\n' "$MINE/inner" > groups.tsv
check_eq ".tsv takes lines" "0 1" "$(run_in "$MINE") $(run_in "$MINE/inner")"

mkdir "$B/dir" "$TMP/other"
ln -s "$MINE" "$TMP/link"
ln -s "$MINE" "$TMP/other/link"
fails_with "no cgroup: another directory" "Invalid argument" put /tmp groups/1
check_like ".errors says so" "is in no cgroup2 file system" "$(tail -1 groups.errors)"
fails_with "no cgroup: a file in one" "Not a directory" put "$MINE/cgroup.procs" groups/1
fails_with "no such cgroup" "No such file" put "$MINE/none" groups/1
fails_with "no such id" "Invalid argument" put 18446744073709551615 groups/1
fails_with "a relative path" "Invalid argument" put ../dir groups/1
fails_with "a path through a symlink" "Invalid argument" put "$TMP/link" groups/1
fails_with "out of it by .." "Invalid argument" put "$TMP/cg/../other" groups/1
fails_with "our own mount" "Invalid argument" put "$MNT/dir" groups/1
fails_with "an empty line" "Invalid argument" put "" groups/1
mount -t cgroup2 none "$MNT/dir"
fails_with "a cgroup mounted in our own mount" "Invalid argument" put "$MNT/dir/${MINE##*/}" groups/1
umount "$MNT/dir"
mount -t tmpfs none "$TMP/other"
mkdir "$TMP/other/x"
mount -t cgroup2 none "$TMP/other/x"
mount -t tmpfs none "$TMP/other/x"
mkdir "$TMP/other/x/${MINE##*/}"
fails_with "a cgroup that something is mounted over" "" put "$TMP/other/x/${MINE##*/}" groups/1
umount "$TMP/other/x" "$TMP/other/x" "$TMP/other"

chmod 666 "$B/groups"
fails_with "R19: not another's cgroup" "denied" writes "$MINE" groups/2
fails_with "R19: nor any by its id" "not permitted" writes "$(stat -c %i "$MINE")" groups/2
chown 65534 "$MINE/inner"
works "R19: one that was delegated to him" writes "$MINE/inner" groups/2
chmod 700 "$MINE"
fails_with "R19: but not where he may not go" "denied" writes "$MINE/inner" groups/2
chmod 755 "$MINE"
chown 65534 "$B/groups"
chmod 400 "$B/groups"
fails_with "a map of mode 0400 is not written" "denied" writes "$MINE/inner" groups/2
fails_with "nor cleared" "denied" user rm -f groups/2
chmod 200 "$B/groups"
fails_with "of mode 0200 its directory is closed" "denied" writes "$MINE/inner" groups/2

# An array does not keep a cgroup's directory.
put "$MINE/inner" groups/3
works "a cgroup that is in an array can be removed" until_true 60 eval 'rmdir "$MINE/inner" 2> /dev/null'
mkdir "$MINE/inner"
echo 1 > groups.frozen
fails_with "a frozen array takes no cgroup" "not permitted" put "$MINE" groups/1
fails_with "nor gives one up" "not permitted" rm groups/0

# ---- perf events and AF_XDP sockets ----

for m in xsks perf; do
	fails_with "$m: nothing can be written" "not supported" put 1 $m/0
	check_like "$m: .errors says why" "an AF_XDP socket has no name|a perf event would go" "$(tail -1 $m.errors)"
	fails_with "$m: .tsv takes nothing" "not supported" bash -c "printf '0\t1\n' > $m.tsv"
done
cd /
coproc HOLDER { exec mt_held hold "$B/xsks:0" "$B/perf:0" 2> "$TMP/err"; }
exec {from}<&"${HOLDER[0]}"
while read -r -t 60 -u "$from" line && [ "$line" != ready ]; do :; done
check_eq "a socket and an event are put in" ready "$line"
cd "$MNT" || exit 1
check_eq "a program sees the socket" 2 "$(run has_xsk)"
works "rm takes it out" rm xsks/0
check_eq "a program sees that" 1 "$(run has_xsk)"
check_ne "a program sees the event" -2 "$(run has_event)"
works "rm takes it out" rm perf/0
check_eq "a program sees that" -2 "$(run has_event)"
fails_with "and then there is none" "No such file" rm perf/0
works "rm M.pin unpins" rm perf.pin
absent "rm M.pin unpins" "$B/perf"
