#!/bin/bash
# SPDX-License-Identifier: MIT
# Maps of sockets: with 8-byte values an entry reads as the socket's cookie; with 4-byte values the kernel
# refuses to show it, and of an array even whether it is there.
# tsan
. "$(dirname "$0")/lib.sh"
for kind in sockmap sockhash reuseport_sockarray; do
	new_map $kind $kind 4 8 8 2>/dev/null || skip "this kernel has no $kind"
	new_map ${kind}_4 $kind 4 4 8
done
new_map long sockhash 16 8 8
start allow_other || exit 1
cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
cookie() { # PIN KEY: as the kernel has it
	local h
	# shellcheck disable=SC2046
	h=$(map_value "$1" $(le 4 "$2"))
	[ "$h" = none ] && { echo none; return; }
	printf '%d\n' "0x$(sed 's/../& /g' <<< "$h" | tr ' ' '\n' | tac | tr -d '\n')"
}

check_eq "empty maps list nothing" "" "$(for m in */; do ls "$m"; done)"
coproc HOLDER { exec mt_held hold "$B/sockmap:1" "$B/sockmap:3" "$B/sockhash:7" "$B/sockhash:4000000000" \
	"$B/reuseport_sockarray:2" "$B/sockmap_4:1" "$B/sockhash_4:5" "$B/sockhash_4:6" "$B/sockhash_4:7" \
	"$B/reuseport_sockarray_4:2" "$B/long:1" 2> "$TMP/err"; }
exec {to}>&"${HOLDER[1]}" {from}<&"${HOLDER[0]}"
cookies=()
while read -r -t 60 -u "$from" line && [ "$line" != ready ]; do cookies+=("$line"); done
[ "${#cookies[@]}" = 11 ] || { fail "sockets are put into the maps" "11 cookies" "$(cat "$TMP/err")"; exit 1; }

# ---- 8 bytes: cookies ----

check_eq "set slots alone are listed" "1 3" "$(ls sockmap | xargs)"
check_eq "keys of a hash" "4000000000 7" "$(ls sockhash | sort | xargs)"
check_eq "set slots alone are listed" 2 "$(ls reuseport_sockarray)"
check_eq "an entry reads as the socket's cookie" \
	"${cookies[*]:0:5}" "$(cat sockmap/1 sockmap/3 sockhash/7 sockhash/4000000000 reuseport_sockarray/2 | xargs)"
check_eq "which bpftool sees" "${cookies[0]}" "$(cookie sockmap 1)"
check_eq "a long key" "${cookies[10]}" "$(cat long/0x01000000000000000000000000000000)"
absent "an empty slot" sockmap/0
absent "an absent key" sockhash/8
check_eq "its mode has no w" "-r--------" "$(stat -c %A sockmap/1)"
check_eq ".tsv" "1	${cookies[0]}
3	${cookies[1]}" "$(cat sockmap.tsv)"
check_eq ".count" "2 2 1" "$(cat sockmap.count sockhash.count reuseport_sockarray.count | xargs)"
check_eq ".json" "${cookies[2]}" "$(jq '.[] | select(.key == 7) | .value' sockhash.json)"
check_eq ".raw" "$(printf '%016x' "${cookies[0]}")" "$(od -An -tx8 sockmap.raw/1 | tr -d ' ')"
for m in sockmap sockhash reuseport_sockarray; do
	fails_with "$m: nothing can be written" "not supported" put 1 $m/1
	check_like "$m: .errors says why" "a socket has no name" "$(tail -1 $m.errors)"
	fails_with "$m: nor created" "not supported" put 1 $m/0
	fails_with "$m: nor touched" "not supported" touch $m/0
	fails_with "$m: .tsv takes nothing" "not supported" bash -c "echo '1	1' > $m.tsv"
	fails_with "$m: .replace neither" "not supported" bash -c "echo '1	1' > $m.replace"
	fails_with "$m: .drain" "not supported" cat $m.drain
	fails_with "$m: .events" "not supported" cat $m.events
done
fails_with "rmdir of a map with sockets" "not empty" rmdir sockmap
works "rm takes a socket out" rm sockmap/3
check_eq "it is out" none "$(cookie sockmap 3)"
fails_with "an empty slot" "No such file" rm sockmap/3
works "rm takes a socket out of a hash" rm sockhash/7
check_eq "it is out" none "$(cookie sockhash 7)"
echo 1 > reuseport_sockarray.clear
check_eq ".clear takes all out" "0 none" "$(cat reuseport_sockarray.count) $(cookie reuseport_sockarray 2)"

# ---- 4 bytes ----

for m in sockmap_4 reuseport_sockarray_4; do
	check_eq "$m: which slots are set nobody can tell: none is listed" "" "$(ls -A $m)"
	fails_with "$m: nor counted" "not supported" cat $m.count
	check_eq "$m: every slot is there by its name, without rights" "---------- 0" "$(stat -c '%A %s' $m/2)"
	absent "$m: but none past the end" $m/8
	fails_with "$m: it cannot be read" "not supported" cat $m/2
	check_like "$m: .errors says why" "4-byte values" "$(tail -1 $m.errors)"
	fails_with "$m: nor dumped" "not supported" cat $m.tsv
	fails_with "$m: nor written" "not supported" put 1 $m/2
	fails_with "$m: nor cleared as a whole" "not supported" put 1 $m.clear
	fails_with "$m: an empty slot cannot be cleared" "No such file" rm $m/4
	fails_with "$m: rmdir" "not empty" rmdir $m
	check_like "$m: .errors says what unpins it" "rm NAME.pin" "$(tail -1 $m.errors)"
done
works "rm clears a slot" rm sockmap_4/1
fails_with "which is empty then" "No such file" rm sockmap_4/1
works "rm clears a slot" rm reuseport_sockarray_4/2
fails_with "which is empty then" "No such file" rm reuseport_sockarray_4/2

check_eq "the keys of a hash are listed all the same" "5 6 7" "$(ls sockhash_4 | sort | xargs)"
check_eq "and counted" 3 "$(cat sockhash_4.count)"
check_eq "they are there by name" "5 6 7" "$(for i in $(seq 0 20); do [ -e sockhash_4/$i ] && echo $i; done | xargs)"
check_eq "without rights" "---------- 0" "$(stat -c '%A %s' sockhash_4/5)"
fails_with "they cannot be read" "not supported" cat sockhash_4/5
check_like ".errors says why" "4-byte values" "$(tail -1 sockhash_4.errors)"
fails_with "nor dumped" "not supported" cat sockhash_4.json
fails_with "nor written" "not supported" put 1 sockhash_4/5
works "rm takes one out" rm sockhash_4/6
check_eq "it is out" "5 7" "$(ls sockhash_4 | sort | xargs)"
absent "it is out" sockhash_4/6
works "find ends" find . -type f
works "ls -l ends" ls -lR .

# ---- rights ----

chown 65534 "$B/long"
chmod 400 "$B/long"
check_eq "a map of mode 0400 is read" "${cookies[10]}" "$(user cat long/0x01000000000000000000000000000000)"
fails_with "and nothing taken out of it" denied user rm -f long/0x01000000000000000000000000000000
chmod 200 "$B/long"
fails_with "a map of mode 0200 is not read" denied user cat long.tsv
chmod 600 "$B/long"
echo 1 > long.frozen
fails_with "a frozen map gives up nothing" "not permitted" rm long/0x01000000000000000000000000000000

# ---- sockets that go take their entries along ----

echo bye >&"$to"
read -r -t 60 -u "$from" line
check_eq "the sockets are closed" closed "$line"
nothing() { [ -z "$(for m in sockmap sockhash sockhash_4 long; do ls $m; done)" ]; }
until_true 60 nothing
check_eq "their entries are gone" "" "$(for m in sockmap sockhash sockhash_4 long; do ls $m; done)"
works "rmdir of an empty map" rmdir sockhash_4
absent "unpins it" "$B/sockhash_4"
works "rm M.pin unpins what cannot be empty" rm sockmap_4.pin
absent "unpins it" "$B/sockmap_4"
