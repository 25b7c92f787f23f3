#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# cgroup storage (R29): M/ID, and M/PATH from the cgroup2 root. A program and bpf(2) with a directory's fd
# are the witnesses.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_storage.bpf.o" "$B" || skip "this kernel does not load the storages"
top=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
if [ -z "$top" ]; then
	top=$TMP/cgroups
	mkdir "$top"
	mount -t cgroup2 cgroup2 "$top" 2> "$TMP/null" || skip "no cgroup2 file system can be mounted"
fi
name=bpfmapfs-test.$$
one=$top/$name
mkdir "$one" "$one/two" "$one/two/three" || skip "no cgroup can be made"
unmake() { rmdir "$one/two/three" "$one/two" "$one" 2> "$TMP/null"; umount "$TMP/cgroups" 2> "$TMP/null"; }
trap 'ended=$?; unmake; (exit $ended); cleanup' EXIT
start || exit 1
cd "$MNT" || exit 1

id1=$(mt_storage cgroup "$one") id2=$(mt_storage cgroup "$one/two") id3=$(mt_storage cgroup "$one/two/three")
bytes() { mt_storage get "$B/$1" "$2"; }
# see CGROUP: runs the program within the cgroup.
see() { sh -c 'echo $$ > "$1/cgroup.procs"; cd /; exec mt_run "$2"' - "$1" "$B/see_cgroup"; }

check_eq "none has a value" "" "$(ls -A cgrps)"
see "$one"
see "$one/two/three"
see "$one/two/three"
check_eq "those with a value are listed" "$(printf '%s\n' "$id1" "$id3" | sort)" "$(ls cgrps | sort)"
check_like "by their id" "^hits=1 last=[0-9]+ " "$(cat "cgrps/$id1")"
check_like "by their id" "^hits=2 last=[0-9]+ " "$(cat "cgrps/$id3")"
absent "one without a value" "cgrps/$id2"
absent "no cgroup" cgrps/18446744073709551615
absent "no cgroup" cgrps/0
check_eq "a path finds the same" "$(inode "cgrps/$id3")" "$(inode "cgrps/%2F$name%2Ftwo%2Fthree")"
check_like "a path finds the same" "^hits=2 " "$(cat "cgrps/%2f$name%2ftwo%2fthree")"
absent "a path without a value" "cgrps/%2F$name%2Ftwo"
absent "no such path" "cgrps/%2F$name%2Fnone"
absent "a file in a cgroup" "cgrps/%2F$name%2Fcgroup.procs"
absent "a path above the root" "cgrps/%2F..%2F$name"
absent "the root" cgrps/%2F

works "a write updates" put hits=300 "cgrps/$id1"
check_like "a write updates: the kernel has it" "^2c01000000000000" "$(bytes cgrps "$one")"
works "a write makes, by path" put "hits=7 note=x" "cgrps/%2F$name%2Ftwo"
check_like "a write makes: the kernel has it" "^07000000000000000000000078000000" "$(bytes cgrps "$one/two")"
check_eq "and then it is listed" "$(printf '%s\n' "$id1" "$id2" "$id3" | sort)" "$(ls cgrps | sort)"
see "$one/two"
check_like "programs see it" "^hits=8 .*note=x" "$(cat "cgrps/$id2")"
fails_with "R3: noclobber" "cannot overwrite" bash -c 'set -o noclobber; echo hits=1 > "$1"' - "cgrps/$id2"
works "rm deletes" rm "cgrps/$id2"
check_eq "rm deletes: the kernel has none" ENOENT "$(bytes cgrps "$one/two")"
works "R4: touch" touch "cgrps/%2F$name%2Ftwo"
check_like "R4: touch" "^0+$" "$(bytes cgrps "$one/two")"
fails_with "a write for no cgroup" "No such file" put hits=1 cgrps/999999999999
check_like "the reason" "no cgroup with the id" "$(tail -n1 cgrps.errors)"
fails_with "a write for no path" "Invalid argument" put hits=1 cgrps/%2Fnone.such
works "the root has a storage, too" put hits=1 cgrps/%2F
check_like "the root has a storage, too" "^01" "$(bytes cgrps "$top")"
works "the root has a storage, too" rm cgrps/%2F

check_eq ".count" 3 "$(cat cgrps.count)"
check_eq ".json" 300 "$(jq ".[] | select(.key == $id1) | .value.hits" cgrps.json)"
works "what .tsv shows can be written back" eval 'cat cgrps.tsv > "$TMP/t" && rm "cgrps/$id1" && cat "$TMP/t" > cgrps.tsv'
check_like "what .tsv shows can be written back" "^2c01000000000000" "$(bytes cgrps "$one")"
check_eq ".raw" "$(bytes cgrps "$one")" "$(od -An -v -tx1 "cgrps.raw/$id1" | tr -d ' \n')"
fails_with ".drain" "not supported" cat cgrps.drain
works ".replace" eval 'printf "%s\thits=6\n" "$id2" > cgrps.replace'
check_eq ".replace" "$id2" "$(ls cgrps | xargs)"
works ".clear" put 1 cgrps.clear
check_eq ".clear" "ENOENT" "$(bytes cgrps "$one/two")"
check_like ".info" "type=cgrp_storage" "$(tr '\n' ' ' < cgrps.info)"
check_like ".spec" "type=cgrp_storage key=s32 value=" "$(cat cgrps.spec)"
works ".spec makes another" cp cgrps.spec more.spec
works ".spec: of the same kind" put hits=1 "more/$id1"
check_like ".h: the key of C is an fd" "typedef int cgrps_key;" "$(cat cgrps.h)"
check_eq ".forms" "clear count csv errors frozen h info json pin prom raw replace spec tsv users" "$(ls cgrps.forms | xargs)"

# A cgroup that goes takes its value along.
put hits=1 "cgrps/$id3"
until_true 60 rmdir "$one/two/three" 2> "$TMP/null" # busy as long as somebody is on the way out
until_true 60 eval '! [ -e "cgrps/$id3" ]'
absent "what goes takes its value along" "cgrps/$id3"
mkdir "$one/two/three"
(while mkdir "$one/two/three/x"; do rmdir "$one/two/three/x"; done) 2> "$TMP/null" &
churn=$!
for _ in $(seq 20); do timeout 60 ls -l cgrps > "$TMP/null" 2>&1 || fail "ls of what changes" "it ends" "$?"; done
pass "listings of what changes end"
kill $churn
wait $churn 2> "$TMP/null"
rmdir "$one/two/three/x" 2> "$TMP/null"
no_fd() { ! ls -l "/proc/$(driver_pid)/fd" | grep -q "$top"; }
until_true 60 no_fd && pass "no fd is left over" || fail "no fd is left over" none "$(ls -l "/proc/$(driver_pid)/fd")"

put hits=5 "cgrps/$id1"
chmod 444 "$B/cgrps"
cd / && stop && start allow_other && cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
check_like "R18: others may read" "^hits=5" "$(user cat "cgrps/$id1")"
fails_with "R18: and not write" "denied" user bash -c 'echo hits=2 > "$1"' - "cgrps/$id1"
bpftool map freeze pinned "$B/cgrps"
until_true 60 eval '[ "$(mode cgrps)" = 555 ]'
fails_with "frozen" "not permitted" put hits=3 "cgrps/$id1"
fails_with "frozen: rm" "not permitted" rm -f "cgrps/$id1"
check_like "frozen: it reads" "^hits=5" "$(cat "cgrps/$id1")"
fails_with "R15: rmdir with entries" "not empty" rmdir cgrps
