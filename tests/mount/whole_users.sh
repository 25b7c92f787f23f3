#!/bin/bash
# SPDX-License-Identifier: MIT
# .users and .h.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1
prog_id() { bpftool -j prog show pinned "$B/$1" | sed 's/.*"id":\([0-9]*\).*/\1/;s/,.*//'; }
prog=$(bpftool -j prog show pinned "$B/feed" | jq .id)

check_like ".users names a program by id and name" "(^|[^0-9])$prog([^0-9]|$).*feed|feed.*[^0-9]$prog([^0-9]|$)" "$(grep feed queue.users)"
check_eq ".users: a program uses the maps that it uses" "" "$(grep -w feed nums.users)"
check_eq ".users: nor another's" "" "$(grep -w feed2 queue.users)"
before=$(wc -l < nums.users)
exec 7< <(exec wt_map hold "$B/nums")
pid=$!
read -r _ <&7
check_like ".users names a process by pid and name" "(^|[^0-9])$pid([^0-9]|$).*wt_map|wt_map.*[^0-9]$pid([^0-9]|$)" "$(grep wt_map nums.users)"
check_eq ".users: a line each" $((before + 1)) "$(wc -l < nums.users)"
check_eq "R24: .users has its exact size" "$(cat nums.users | wc -c)" "$(size nums.users)"
check_eq ".users of another map" "" "$(grep wt_map stats.users)"
kill "$pid"
exec 7<&-
until_true 60 eval '! grep -q wt_map nums.users' && pass ".users: gone with it" || fail ".users: a process that ended" "gone" "$(cat nums.users)"
check_eq ".users: not the driver that is asked" "" "$(grep bpfmapfs nums.users)"
fails_with ".users is not written" "" eval 'echo 1 > nums.users'

# .h: it compiles alone, and the sizes are the map's.
for m in nums stats conns records texts pairs clash longs cpus arr queue signs lru trie; do
	cat $m.h > "$TMP/$m.h"
	check_eq "R24: $m.h has its exact size" "$(wc -c < "$TMP/$m.h")" "$(size $m.h)"
	works "$m.h compiles alone" gcc -Wall -Werror -fsyntax-only -x c "$TMP/$m.h"
done
cat > "$TMP/sizes.c" <<EOC
#include "stats.h"
#include "records.h"
#include "conns.h"
EOC
check_like ".h has the fields" 'packets;.*bytes;.*last_seen;' "$(tr '\n' ' ' < "$TMP/stats.h")"
check_like ".h has the enumerators" 'CLOSED = 9' "$(cat "$TMP/records.h")"
check_like ".h keeps names of types" '__be32[[:space:]]+saddr;' "$(cat "$TMP/conns.h")"
fails_with ".h is not written" "" eval 'echo 1 > nums.h'
cd /
