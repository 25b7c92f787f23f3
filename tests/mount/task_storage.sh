#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# Task storage (R29): M/PID. A program and bpf(2) with a pidfd are the witnesses.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/st_storage.bpf.o" "$B" || skip "this kernel does not load the storages"
start || exit 1

held() { [ -s "$TMP/held.$1" ]; }
for i in 1 2; do
	mt_storage hold "$B/see_task" > "$TMP/held.$i" &
	until_true 60 held $i || exit 1
	read -r "pid$i" "tid$i" < "$TMP/held.$i"
done
sleep 1000 &
idle=$!
cd "$MNT" || exit 1
bytes() { mt_storage get "$B/$1" "$2"; } # the value of a task as the kernel has it

check_eq "the processes with a value are listed" "$(printf '%s\n' "$pid1" "$pid2" | sort)" "$(ls tasks | sort)"
check_eq "by their pid" "hits=1 last=$pid1 note=\"\"" "$(cat "tasks/$pid1")"
absent "a process without a value" "tasks/$idle"
absent "no process" tasks/4194305
absent "no pid" tasks/init
absent "no pid" tasks/0
check_eq "a thread can be named" "hits=1 last=$pid1 note=\"\"" "$(cat "tasks/$pid1")"
if [ -e "tasks/$tid1" ]; then # PIDFD_THREAD, Linux 6.9
	check_eq "a thread has its own" "hits=1 last=$tid1 note=\"\"" "$(cat "tasks/$tid1")"
	check_eq "and is not listed" 2 "$(ls tasks | wc -l)"
fi
check_eq "R8: another spelling" "$(inode "tasks/$pid1")" "$(inode "tasks/$(printf 0x%x "$pid1")")"
check_eq "R1: the exact size" "$(cat "tasks/$pid1" | wc -c)" "$(size "tasks/$pid1")"

works "a write updates" put hits=77 "tasks/$pid1"
check_like "a write updates: the kernel has it" "^4d00000000000000" "$(bytes tasks "$pid1")"
works "R5: +=" put hits+=3 "tasks/$pid1"
check_eq "R5: and the other fields stay" "hits=80 last=$pid1 note=\"\"" "$(cat "tasks/$pid1")"
works "a write makes" put 'hits=5 note=new' "tasks/$idle"
check_eq "a write makes: the kernel has it" "0500000000000000000000006e65770000000000$(printf 0%.0s {1..8})" "$(bytes tasks "$idle")"
check_eq "and then it is listed" 3 "$(ls tasks | wc -l)"
fails_with "R3: noclobber" "cannot overwrite" bash -c 'set -o noclobber; echo hits=1 > "$1"' - "tasks/$idle"
fails_with "a write for no process" "No such file" put hits=1 tasks/4194305
check_like "the reason" "no task 4194305" "$(tail -n1 tasks.errors)"
fails_with "no value" "Invalid argument" put hits=x "tasks/$idle"
works "rm deletes" rm "tasks/$idle"
check_eq "rm deletes: the kernel has none" ENOENT "$(bytes tasks "$idle")"
absent "rm deletes" "tasks/$idle"
works "R4: touch stores zeros" touch "tasks/$idle"
check_eq "R4: touch stores zeros" "$(printf 0%.0s {1..48})" "$(bytes tasks "$idle")"
check_eq "R3: O_EXCL where there is none" "0 7 0" "$(rm "tasks/$idle"; io "tasks/$idle" o:w,creat,excl 'w:hits=9\n' c)"
mt_storage del "$B/tasks" "$idle" > "$TMP/null"
check_eq "R3: a deleted one is not made by writing on" "0 ENOENT 0" \
	"$(put hits=1 "tasks/$idle"; io "tasks/$idle" o:w "!mt_storage del $B/tasks $idle > $TMP/null" 'w:hits=2\n' c | cut -d' ' -f1,3-)"

works "a lock is taken" put "a=1 b=2" "tasks_locked/$idle"
check_eq "a lock is taken" "00000000010000000200000000000000" "$(bytes tasks_locked "$idle")"
check_eq "a lock is not shown" "a=1 b=2" "$(cat "tasks_locked/$idle")"

# Forms.
check_eq ".count" 2 "$(cat tasks.count)"
check_eq ".tsv" "$(printf '%s\thits=80 last=%s note=""\n' "$pid1" "$pid1")" "$(grep "^$pid1" tasks.tsv)"
check_eq ".json" 80 "$(jq ".[] | select(.key == $pid1) | .value.hits" tasks.json)"
check_like ".csv" "^key,hits,last,note" "$(head -n1 tasks.csv)"
check_like ".prom" "bpf_map_tasks_hits\{key=\"$pid1\"\} 80" "$(cat tasks.prom)"
works ".tsv takes lines" eval 'printf "%s\thits=4\n" "$idle" "$pid2" > tasks.tsv'
check_eq ".tsv took them" "4 4" "$(sed 's/hits=\([0-9]*\).*/\1/' "tasks/$idle" "tasks/$pid2" | xargs)"
works "what .tsv shows can be written back" eval 'cat tasks.tsv > "$TMP/t" && rm "tasks/$idle" && cat "$TMP/t" > tasks.tsv'
check_eq "what .tsv shows can be written back" "hits=4 last=0 note=\"\"" "$(cat "tasks/$idle")"
fails_with ".drain" "not supported" cat tasks.drain
check_eq ".raw" "$(bytes tasks "$idle")" "$(od -An -v -tx1 "tasks.raw/$idle" | tr -d ' \n')"
works ".raw takes them" eval 'head -c 24 /dev/zero > "tasks.raw/$idle"'
check_eq ".raw took them" "hits=0 last=0 note=\"\"" "$(cat "tasks/$idle")"
works ".replace" eval 'printf "%s\thits=6\n" "$pid2" > tasks.replace'
check_eq ".replace" "$pid2" "$(ls tasks | xargs)"
works ".clear" put 1 tasks.clear
check_eq ".clear" "ENOENT 0" "$(bytes tasks "$pid2") $(cat tasks.count)"
check_like ".info" "type=task_storage" "$(tr '\n' ' ' < tasks.info)"
check_like ".spec" "type=task_storage key=s32 value=" "$(cat tasks.spec)"
works ".spec makes another" cp tasks.spec more.spec
works ".spec: of the same kind" put hits=1 "more/$idle"
check_like ".h" "struct seen" "$(cat tasks.h)"
check_like ".users" "see_task" "$(cat tasks.users)"
check_eq ".forms" "clear count csv errors frozen h info json pin prom raw replace spec tsv users" "$(ls tasks.forms | xargs)"

# Processes come and go: their values go with them.
put hits=1 "tasks/$idle"
kill "$idle"
wait "$idle" 2> "$TMP/null"
until_true 60 eval '! [ -e "tasks/$idle" ]'
absent "what goes takes its value along" "tasks/$idle"
(cd /; while mt_run "$B/see_task"; do :; done) & # each is listed only while it lives
churn=$!
for _ in $(seq 20); do
	timeout 60 ls -l tasks > "$TMP/null" 2> "$TMP/ls" || true
	grep -v "No such file\|No such process" "$TMP/ls" | grep -q . && fail "ls of what changes" "it ends" "$(head -n 3 "$TMP/ls")"
	timeout 60 cat tasks.tsv > "$TMP/null" || fail "cat of what changes" "it ends" "$?"
done
pass "listings of what changes end"
kill $churn
wait $churn 2> "$TMP/null"
no_fd() { ! ls -l "/proc/$(driver_pid)/fd" | grep -q pidfd; }
until_true 60 no_fd && pass "no fd is left over" || fail "no fd is left over" none "$(ls -l "/proc/$(driver_pid)/fd")"

# Rights.
chmod 444 "$B/tasks"
put hits=1 "tasks/$pid1"
cd / && stop && start allow_other && cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
check_eq "R18: others may read" "hits=1 last=0 note=\"\"" "$(user cat "tasks/$pid1")"
fails_with "R18: and not write" "denied" user bash -c 'echo hits=2 > "$1"' - "tasks/$pid1"
fails_with "R18: nor delete" "denied" user rm -f "tasks/$pid1"
chmod 400 "$B/tasks"
until_true 60 eval '[ "$(mode tasks)" = 500 ]'
fails_with "R18: a pin of its owner's alone" "denied" user cat "tasks/$pid1"
bpftool map freeze pinned "$B/tasks"
until_true 60 eval '[ "$(mode "tasks/$pid1")" = 400 ]'
fails_with "frozen" "not permitted" put hits=3 "tasks/$pid1"
fails_with "frozen: rm" "not permitted" rm -f "tasks/$pid1"
check_eq "frozen: it reads" "hits=1 last=0 note=\"\"" "$(cat "tasks/$pid1")"
fails_with "R15: rmdir with entries" "not empty" rmdir tasks
works "R15: rmdir without" rmdir more
