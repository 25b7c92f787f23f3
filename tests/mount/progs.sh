#!/bin/bash
# SPDX-License-Identifier: MIT
# Program arrays (R29): an entry reads as the program's id; an id or the path of a pin is written.
# tsan
. "$(dirname "$0")/lib.sh"
chmod 755 "$B"
mt_load "$OBJ/mt_held.bpf.o" "$B" 2>"$TMP/err" || skip "XDP programs cannot be loaded here: $(head -1 "$TMP/err")"
mkdir "$B/app"
mv "$B/filter" "$B/drop" "$B/app"
new_map p prog_array 4 4 4
start allow_other || exit 1
cd "$MNT" || exit 1
prog_id() { bpftool -j prog show pinned "$B/$1" | jq .id; }
run() { mt_held run "$B/$1"; }
held() { bpftool -j map dump pinned "$B/$1" | jq -r '[.[] | select(.value | type == "array") |
	"\(.key[0]|ltrimstr("0x")|tonumber)=" + (.value | map(ltrimstr("0x")) | reverse | join(""))] | join(" ")'; }
hex_id() { printf '%08x' "$(prog_id "$1")"; }
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
writes() { user bash -c 'echo "$1" > "$2"' bash "$1" "$2"; }
noclobber() { bash -c 'set -o noclobber; echo "$1" > "$2"' bash "$1" "$2"; }

check_eq "an empty array lists nothing" "" "$(ls p)"
absent "an empty slot is not there" p/0
check_eq "a program that jumps into an empty slot goes on" 3 "$(run jump)"
works "R29: the path of a pin stores its program" put "$B/app/drop" jumps/0
check_eq "R29: an entry reads as the program's id" "$(prog_id app/drop)" "$(cat jumps/0)"
check_eq "the kernel has it" "0=$(hex_id app/drop)" "$(held jumps)"
check_eq "and jumps there" 1 "$(run jump)"
check_eq "set slots alone are listed" 0 "$(ls jumps)"
works "an id stores its program" put "$(prog_id pass)" jumps/0
check_eq "and jumps there" 2 "$(run jump)"
works "a number may be hexadecimal" put "$(printf '0x%x' "$(prog_id app/drop)")" jumps/0
check_eq "and jumps there" 1 "$(run jump)"
rm jumps/0
check_eq "rm clears a slot" "3 " "$(run jump) $(ls jumps)"
fails_with "an empty slot cannot be removed" "No such file" rm jumps/0

echo 'type=prog_array key=u32 value={a:u32} max_entries=4' > typed.spec
works "whatever the type of the values" put "$(prog_id pass)" typed/1
check_eq "they are ids" "$(prog_id pass)" "$(cat typed/1)"
works "they are ids: a path" put ../app/drop typed/2
works "and lines go in as they came out" eval 'cat typed.tsv > "$TMP/lines"; cat "$TMP/lines" > typed.tsv; rm "$TMP/lines"'
check_eq "the kernel has them" "1=$(hex_id pass) 2=$(hex_id app/drop)" "$(held typed)"
rm typed.pin

echo "$MNT/app/filter" > p/0
check_eq "R20: a path below the mount point" "0=$(hex_id app/filter)" "$(held p)"
rm p/0
( cd p && echo ../app/filter > 1; echo ./../app/../app//filter > 2 )
check_eq "R20: a relative path" "1=$(hex_id app/filter) 2=$(hex_id app/filter)" "$(held p)"
printf '%s' "$(prog_id app/filter)" > p/3
check_eq "a line without its newline" "$(prog_id app/filter)" "$(cat p/3)"
check_eq "bpftool's way is shown" "$(bpftool map update pinned "$B/p" key 0 0 0 0 value pinned "$B/app/filter"; prog_id app/filter)" \
	"$(cat p/0)"
check_eq "R1: the size is exact" "$(cat p/0 | wc -c)" "$(size p/0)"

works "an entry by the map's id takes a path" put "$B/app/filter" ".id/$(map_id p)/0"
check_eq "and reads the same" "$(cat p/0)" "$(cat ".id/$(map_id p)/0")"

fails_with "R3: noclobber on a set slot" "cannot overwrite" noclobber ../app/filter p/1
check_eq "O_EXCL on a set slot" "File exists" "$(python3 -c '
import os
try: os.open("p/1", os.O_CREAT|os.O_EXCL|os.O_WRONLY)
except OSError as e: print(e.strerror)')"
rm p/1
works "R3: noclobber on an empty slot" noclobber ../app/filter p/1
check_eq "R3: it is set" "$(prog_id app/filter)" "$(cat p/1)"
works "R3: >> of a set slot" add ../app/filter p/1
absent "R3: a slot past the end" p/4
fails_with "R3: a slot past the end" "Invalid argument" put ../app/filter p/4
check_eq "an open file whose entry goes" "write error: No such file or directory" "$(exec 3<> p/1; rm p/1; echo ../app/filter >&3 2>"$TMP/err" || sed 's/.*echo: //' "$TMP/err")"

rm p/2
fails_with "a program of another type" "Invalid argument" put ../app/drop p/2
check_like ".errors says which type the array takes" "takes programs of type socket_filter alone" "$(tail -1 p.errors)"
check_like "and which the program has" "program $(prog_id app/drop) of type xdp" "$(tail -1 p.errors)"
fails_with "no such program" "Invalid argument" put 4000000000 p/2
fails_with "more than an id" "out of range" put 4294967296 p/2
fails_with "no such pin" "No such file" put ../app/none p/2
fails_with "a pin of a map" "Invalid argument" put "$B/jumps" p/2
check_like ".errors says so" "is no pinned program" "$(tail -1 p.errors)"
fails_with "a directory" "Invalid argument" put "$B/app" p/2
fails_with "a path elsewhere" "Invalid argument" put /etc/passwd p/2
fails_with "an empty line" "Invalid argument" put "" p/2
fails_with "R4: touch stores nothing: 0 is no program" "Invalid argument" touch p/2
check_eq "R21: nothing of all that was stored" "0 3" "$(ls p | xargs)"
ln -s app/filter "$B/link"
fails_with "through a symlink" "symbolic links" put "$B/link" p/2
rm "$B/link"

# Whole-map forms.
id=$(prog_id app/filter)
check_eq ".tsv" "0	$id
3	$id" "$(cat p.tsv)"
cat p.tsv > "$TMP/tsv"
echo 1 > p.clear
check_eq ".clear empties" "0 " "$(cat p.count) $(held p)"
works ".tsv is written back by root" cp "$TMP/tsv" p.tsv
check_eq "the kernel has it" "0=$(hex_id app/filter) 3=$(hex_id app/filter)" "$(held p)"
printf '1\t%s\n' ../app/filter > p.tsv
check_eq ".tsv takes paths" "$id" "$(cat p/1)"
printf '2\t%s\n' "$B/app/filter" > p.replace
check_eq ".replace takes paths, and removes the others" "2=$(hex_id app/filter)" "$(held p)"
fails_with ".tsv with a path that is wrong" "No such file" bash -c "printf '0\t../nothing\n' > p.tsv"
check_like ".errors names the line" "line 1:" "$(tail -1 p.errors)"
check_eq ".json" "$id" "$(jq '.[] | select(.key == 2) | .value' p.json)"
check_eq ".csv" "key,value 2,$id" "$(xargs < p.csv)"
check_eq ".count" 1 "$(cat p.count)"
check_like ".prom" "key=\"2\"} $id" "$(cat p.prom)"
check_eq ".raw" "$(printf '%08x' "$id")" "$(od -An -tx4 p.raw/2 | tr -d ' ')"
cp p.raw/2 p.raw/0
check_eq ".raw takes root's id" "$id" "$(cat p/0)"
fails_with ".drain" "not supported" cat p.drain
fails_with ".mem" "not supported" cat p.mem
fails_with ".pop" "not supported" cat p.pop
check_like ".spec" "type=prog_array" "$(cat p.spec)"
check_like ".users knows the program that uses jumps" "type=xdp name=jump" "$(cat jumps.users)"
check_like ".h" "unsigned int p_value" "$(cat p.h)"

# R19: storing by id is root's, by path it needs rw on the pin.
chmod 666 "$B/p"
chmod 755 "$B/app"
echo 1 > p.clear
chmod 666 "$B/app/filter"
works "R19: by a path with rw on the pin" writes "$B/app/filter" p/0
check_eq "R19: it is stored" "0=$(hex_id app/filter)" "$(held p)"
fails_with "R19: by id only root" "not permitted" writes "$id" p/1
fails_with "R19: by a hexadecimal id, too" "not permitted" writes "$(printf 0x%x "$id")" p/1
fails_with "R19: by += as well" "" writes "+=1" p/0
fails_with "R19: in .tsv, too" "not permitted" user bash -c "printf '1\t$id\n' > p.tsv"
fails_with "R19: and in .raw" "not permitted" user cp p.raw/0 p.raw/1
works "R19: .tsv with a path" user bash -c "printf '1\t$B/app/filter\n' > p.tsv"
check_eq "R19: it is stored" "0 1" "$(ls p | xargs)"
rm p/1
# The writer's rights count, whoever opened the file; and the opener's, whoever writes.
fails_with "R19: a file that root opened" "not permitted" bash -c 'exec 3> p/0; setpriv --reuid 65534 --clear-groups bash -c "echo '"$id"' >&3"'
for mode in 400 200 444; do
	chmod $mode "$B/app/filter"
	chown 65534 "$B/app/filter"
	fails_with "R19: a pin of mode $mode" "denied" writes "$B/app/filter" p/1
done
chmod 600 "$B/app/filter"
works "R19: his own pin" writes "$B/app/filter" p/1
chmod 700 "$B/app"
fails_with "R19: a directory that he may not enter" "denied" writes "$B/app/filter" p/2
chown 65534 "$B/p"
chmod 400 "$B/p"
check_eq "a map of mode 0400 is read" "$id" "$(user cat p/0)"
fails_with "and not written" "denied" writes "$B/app/filter" p/0
chmod 200 "$B/p"
fails_with "a map of mode 0200 is not read" "denied" user cat p.tsv
chmod 600 "$B/p"

# At once: BPF_NOEXIST is made of a lookup and an update, and still one writer through the mount wins.
for i in $(seq 10); do
	rm -f jumps/3
	for j in 1 2 3; do noclobber ../pass jumps/3 2> /dev/null && echo "$j"; done > "$TMP/one" &
	for j in 4 5 6; do noclobber ../app/drop jumps/3 2> /dev/null && echo "$j"; done > "$TMP/other" &
	wait
	cat "$TMP/one" "$TMP/other" | wc -l
done | sort | uniq -c | xargs > "$TMP/winners"
check_eq "R3: of several with noclobber one wins" "10 1" "$(cat "$TMP/winners")"
for j in 0 1 2 3; do
	for i in $(seq 40); do
		echo "$B/pass" > "jumps/$j"
		cat "jumps/$(((j + i) % 4))" jumps.tsv
		rm -f "jumps/$j"
	done > /dev/null 2>&1 &
done
wait
echo 1 > jumps.clear
check_eq "after writers, readers and rm at once" 0 "$(cat jumps.count)"

# No reference stays: what is in no map and has no pin goes.
for i in $(seq 50); do
	echo "$B/app/filter" > p/3
	echo "$id" > p/3
	echo "$B/app/drop" > p/2 2>/dev/null # does not fit
	cat p/3 p.tsv > /dev/null
done
echo 1 > p.clear
chmod 600 "$B/app/filter"
rm "$B/app/filter"
dropped() { ! bpftool prog show id "$1" > /dev/null 2>&1; }
until_true 60 dropped "$id"
check_eq "the program goes with its last pin" gone "$(dropped "$id" && echo gone)"
id=$(prog_id app/drop)
echo ../app/drop > jumps/1
rm "$B/app/drop"
no_map_open() ( cd /; ! find "/proc/$(driver_pid)/fd" -lname '*bpf-map' | grep -q . )
until_true 60 no_map_open
check_eq "an entry keeps the program" "$id" "$(cat jumps/1)"
check_eq "and the kernel says so" yes "$(dropped "$id" || echo yes)"
cd /
stop
check_eq "an entry outlives the driver" "$id" "$(printf '%d' "0x$(map_value jumps 01 00 00 00 | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/')")"
start allow_other || exit 1
cd "$MNT" || exit 1
check_eq "and is read by the next" "$id" "$(cat jumps/1)"
rm jumps/1
until_true 60 dropped "$id"
check_eq "rm lets the program go" gone "$(dropped "$id" && echo gone)"

# Frozen: nothing is written any more.
echo ../pass > jumps/2
echo 1 > jumps.frozen
fails_with "a frozen array takes no program" "not permitted" put ../pass jumps/3
fails_with "nor gives one up" "not permitted" rm jumps/2
check_eq "it shows what it has" "$(prog_id pass)" "$(cat jumps/2)"
fails_with "rmdir of what has entries" "not empty" rmdir jumps
works "rmdir of an empty one" rmdir p
absent "unpins it" "$B/p"
