#!/bin/bash
# SPDX-License-Identifier: MIT
# The errno table, and that M.errors and .errors say why (R23 too).
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
has_reason() { # has_reason MESSAGE WORD: the newest line of both journals
	check_like "$1: the reason is in M.errors" "$2" "$(tail -n1 "$MNT/$3.errors")"
	check_like "$1: the reason is in .errors" "$2" "$(tail -n1 "$MNT/.errors")"
}

put 1 "$MNT/tiny/1"
put 2 "$MNT/tiny/2"
fails_with "a full hash" "No space left on device" put 3 "$MNT/tiny/3"
has_reason "a full hash" "tiny/3" tiny
check_eq "a full hash stays as it was" 2 "$(map_count tiny)"
fails_with "a full hash, touch" "No space left on device" touch "$MNT/tiny/4"
absent "a full hash" "$MNT/tiny/3"

put 5 "$MNT/hu64/1"
fails_with "no integer" "Invalid argument" put x "$MNT/hu64/1"
has_reason "no integer" "hu64/1" hu64
check_eq "no integer: the entry is as it was" 5 "$(map_u hu64 1)"
fails_with "no integer, from dash" "I/O error" dput x "$MNT/hu64/1"
fails_with "out of range" "Numerical result out of range" put 18446744073709551616 "$MNT/hu64/1"
has_reason "out of range" "hu64/1" hu64
fails_with "out of range, s16" "result out of range" put 32768 "$MNT/h8/1"
fails_with "creating a key that is too large" "Invalid argument" put 1 "$MNT/hu64/4294967296"
fails_with "creating a key that is none" "Invalid argument" put 1 "$MNT/hu64/abc"
fails_with "creating a negative key" "Invalid argument" put 1 "$MNT/hu64/-1"
absent "looking up a key that is too large" "$MNT/hu64/4294967296"
absent "looking up a key that is none" "$MNT/hu64/abc"

works "an array's entry" put 9 "$MNT/arr/7"
check_eq "an array's entry" 9 "$(map_u arr 7)"
fails_with "an index past the end" "Invalid argument" put 9 "$MNT/arr/8"
absent "an index past the end" "$MNT/arr/8"
fails_with "deleting from an array" "Operation not permitted" rm "$MNT/arr/7"
has_reason "deleting from an array" "arr/7" arr
check_eq "an array has all its entries" "0 1 2 3 4 5 6 7" "$(ls "$MNT/arr" | xargs)"
fails_with "noclobber on an array" "cannot overwrite" bash -c 'set -C; echo 1 > "$0"' "$MNT/arr/3"
fails_with "deleting from a per-CPU array" "Operation not permitted" rm "$MNT/pca/0"
fails_with "rm -r of an array's directory" "not permitted" rm -r "$MNT/arr"
check_eq "rm -r of an array changes nothing" "0 9" "$(map_u arr 0) $(map_u arr 7)"
works "deleting from an LRU" eval 'put 1 "$MNT/lru/1" && rm "$MNT/lru/1"'
fails_with "deleting what is not there" "No such file" rm "$MNT/hu64/50"

absent "an unknown form" "$MNT/hu64.nothing"
absent "an unknown form of no map" "$MNT/nothing.info"
fails_with "creating an unknown form" "" put 1 "$MNT/hu64.nothing"
fails_with "R15: rmdir with entries" "Directory not empty" rmdir "$MNT/hu64"
fails_with "R15: unlink of a form" "Operation not permitted" rm "$MNT/hu64.info"
fails_with "R15: rmdir of M.raw" "Operation not permitted" rmdir "$MNT/hu64.raw"
fails_with "R15: rmdir of M.forms" "Operation not permitted" rmdir "$MNT/hu64.forms"
check_eq "R7: rename of an entry" 18 "$(mv_errno() { perl -e 'rename($ARGV[0], $ARGV[1]); print $!+0' "$@"; }; mv_errno "$MNT/hu64/1" "$MNT/hu64/2")"
check_eq "R7: rename of an entry out of the map" 18 "$(perl -e 'rename($ARGV[0], $ARGV[1]); print $!+0' "$MNT/hu64/1" "$MNT/h8/2")"
check_eq "R16: rename of a pin into a map" 1 "$(perl -e 'rename($ARGV[0], $ARGV[1]); print $!+0' "$MNT/h8" "$MNT/hu64/9")"

# R23
n=$(wc -l < "$MNT/.errors")
cat "$MNT/hu64/60" "$MNT/hu64/abc" "$MNT/none" 2>/dev/null
check_eq "R23: failed lookups are not recorded" "$n" "$(wc -l < "$MNT/.errors")"
put 1 "$MNT/hu64/$(printf 'a\nb\033c')" 2>/dev/null
put "$(printf 'x\033[31m')" "$MNT/hu64/1" 2>/dev/null
check_eq "R23: control bytes are escaped" "" "$(tr -d '\n\t -~' < "$MNT/.errors" | od -An -c)"
check_eq "R23: an error is a line" "$((n + 2))" "$(wc -l < "$MNT/.errors")"
line=$(grep -a 'hu64/1' "$MNT/.errors" | head -n1)
check_like ".errors has time, pid, path, errno and a sentence" '[0-9].*hu64/1.*(EINVAL|Invalid argument|22).* .* ' "$line"
check_eq "M.errors has the map's rejections alone" "" "$(grep -v hu64 "$MNT/hu64.errors")"
stop
start ro || exit 1
fails_with "read-only mount: write" "Read-only file system" put 1 "$MNT/hu64/1"
fails_with "read-only mount: create" "Read-only file system" put 1 "$MNT/hu64/70"
fails_with "read-only mount: rm" "Read-only file system" rm "$MNT/hu64/1"
fails_with "read-only mount: mkdir" "Read-only file system" mkdir "$MNT/x"
fails_with "read-only mount: rmdir" "Read-only file system" rmdir "$MNT/texts"
fails_with "read-only mount: .clear" "Read-only file system" put 1 "$MNT/hu64.clear"
check_eq "read-only mount: reads" 5 "$(cat "$MNT/hu64/1")"
check_eq "read-only mount changed nothing" 5 "$(map_u hu64 1)"
works "remount rw" mount -i -o remount,rw "$MNT"
works "a write after remount rw" put 6 "$MNT/hu64/1"
mount -i -o remount,ro "$MNT"
fails_with "R19: .clear after remount ro" "Read-only file system" put 1 "$MNT/hu64.clear"
check_eq "R19: nothing is cleared" 6 "$(map_u hu64 1)"
