#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R19: maps are stored by id by root alone, by path by who may read and write their pin. Frozen maps of maps.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_links.sh"
mkdir -m 700 "$B/private"
mkdir -m 755 "$B/public"
inner_map private/open
inner_map public/theirs
inner_map public/group
inner_map public/roots
inner_map public/readable
maps_map arr array_of_maps 4 8 public/roots
maps_map hash hash_of_maps 4 8 public/roots
maps_map roots array_of_maps 4 4 public/roots
maps_map ice array_of_maps 4 4 public/roots
chmod 666 "$B/private/open"
chown 65534 "$B/public/theirs" "$B/arr" "$B/hash"
chown 0:1234 "$B/public/group"
chmod 660 "$B/public/group"
chmod 644 "$B/public/readable" "$B/roots"
link_put arr 0 public/roots
link_put ice 1 public/roots
link_put roots 0 public/roots
roots=$(map_id public/roots) theirs=$(map_id public/theirs) group=$(map_id public/group)
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
member() { setpriv --reuid 65534 --regid 65534 --groups 1234 "$@"; }
writes() { "$1" bash -c 'printf "$1" > "$2"' bash "$2" "$3"; }
appends() { "$1" bash -c 'printf "$1" >> "$2"' bash "$2" "$3"; }
start allow_other || exit 1
cd "$MNT" || exit 1

check_eq "he sees where an entry leads" "../.id/$roots" "$(user readlink arr/0)"
check_eq "stat of it" "symbolic link" "$(user stat -c %F arr/0)"
fails_with "but .id is root's" "ermission denied" user ls arr/0/
works "storing his own map by path" user ln -s ../public/theirs arr/1
works "a group's member" member ln -s "$MNT/public/group" arr/2
check_eq "are stored" "0 $roots 1 $theirs 2 $group" "$(links arr)"

refused() { # refused MESSAGE TARGET
	fails_with "$1" "" user ln -s "$2" arr/5
	fails_with "$1, ln -sf" "" user ln -sfn "$2" arr/1
	fails_with "$1, .tsv" "" writes user "5\t$2\n" arr.tsv
	fails_with "$1, .replace" "" writes user "5\t$2\n" arr.replace
	fails_with "$1, a line without end" "" user bash -c 'printf "5\t%s" "$1" > arr.tsv; false' bash "$2"
	until_true 60 eval '[ "$(cat arr.tsv | wc -l)" = 3 ]'
	check_eq "$1 changes nothing" "0 $roots 1 $theirs 2 $group" "$(links arr)"
}
refused "by id" "id:$theirs"
refused "by .id" "../.id/$theirs"
refused "by a copied link" "$(readlink arr/0)"
refused "by an absolute .id" "$MNT/.id/$theirs"
refused "a map of root's" ../public/roots
refused "a map of a group's" ../public/group
refused "a map that he may only read" ../public/readable
refused "in a directory that he may not enter" ../private/open
refused "by way of .." ../public/../private/open
fails_with "by a bare number in .tsv" "not permitted" writes user "5\t$theirs\n" arr.tsv
fails_with "by a bare hexadecimal number" "not permitted" writes user "5\t0x$(printf %x "$theirs")\n" arr.tsv
fails_with "by bytes in .raw" "not permitted" writes user "$(printf '\\x%s' $(le 4 "$theirs"))" arr.raw/5
fails_with "by bytes over an entry" "not permitted" writes user "$(printf '\\x%s' $(le 4 "$theirs"))" arr.raw/1
check_eq "none of that changed anything" "0 $roots 1 $theirs 2 $group" "$(links arr)"
check_eq "he reads the bytes" "$(le 4 "$theirs" | tr -d ' ')" "$(user od -An -v -tx1 arr.raw/1 | tr -d ' \n')"
works "a path in .tsv" writes user '5\t../public/theirs\n' arr.tsv
check_eq "a path in .tsv" "0 $roots 1 $theirs 2 $group 5 $theirs" "$(links arr)"
works "rm" user rm arr/5
fails_with "where he may not write" "ermission denied" user ln -s ../public/theirs roots/1
fails_with "nor rm" "ermission denied" user rm -f roots/0
check_eq "what is not his is as it was" "0 $roots" "$(links roots)"


# What he opened and root writes has the rights of the one who has less.
cat > "$TMP/lend.py" <<'END'
import os, sys
path, text = sys.argv[1:]
os.seteuid(65534)
fd = os.open(path, os.O_WRONLY)
os.seteuid(0)
try:
    os.write(fd, text.encode())
except OSError as e:
    sys.exit(e.strerror)
END
fails_with "by id through a file that he opened" "not permitted" python3 "$TMP/lend.py" arr.tsv "5	$theirs
"
fails_with "by path through a file that he opened" "ermission denied" python3 "$TMP/lend.py" arr.tsv "5	../public/roots
"
works "his own map through a file that he opened" python3 "$TMP/lend.py" arr.tsv "5	../public/theirs
"
check_eq "through a file that he opened" "0 $roots 1 $theirs 2 $group 5 $theirs" "$(links arr)"

# What root opened and he writes has his rights, too, also where the line ends with the last close, or by root.
lent() { exec 5> "$1"; user bash -c 'printf "$1" >&5' bash "$2" 2> /dev/null; exec 5>&-; }
ends_lent() { exec 5> "$1"; user bash -c 'printf "$1" >&5' bash "$2"; printf '\n' >&5 2> /dev/null; exec 5>&-; }
refusals() { wc -l < arr.errors; }
lends() { # lends MESSAGE COMMAND FILE TEXT
	local before
	before=$(refusals)
	"$2" "$3" "$4"
	works "$1: it is refused" until_true 60 eval '[ "$(refusals)" -gt '"$before"' ]'
	check_eq "$1" "0 $roots 1 $theirs 2 $group 5 $theirs" "$(links arr)"
}
lends "through a file that root opened" lent arr.tsv "5\t$roots\n"
lends "a line without end" lent arr.tsv "5\t$roots"
lends "a line that root ends" ends_lent arr.tsv "5\t$roots"
lends "bytes" lent arr.raw/5 "$(printf '\\x%s' $(le 4 "$roots"))"
works "what root opens and writes is root's" bash -c 'printf "5\t$1" > arr.tsv' bash "$theirs"

# What he holds, another does not place, nor he with another's rights.
user ln -s "id:$roots" hash/tmp
place='rename("hash/tmp", "hash/1") or die "$!\n"'
fails_with "R20: a link of his, renamed by root" "not permitted" perl -e "$place"
fails_with "R20: nor by himself, where the target is root's" "not permitted" user perl -e "$place"
check_eq "R20: stores nothing" "" "$(links hash)"
user rm hash/tmp
works "ln -sf of his own" user ln -sfn ../public/theirs hash/1
works "ln -sf again" user ln -sfn ../public/theirs hash/1
check_eq "ln -sf of his own" "1 $theirs" "$(links hash)"

# Frozen.
bpftool map freeze pinned "$B/ice"
fails_with "a frozen map takes none" "not permitted" ln -s "id:$theirs" ice/0
fails_with "nor instead of another" "not permitted" ln -sfn "id:$theirs" ice/1
fails_with "nor lines" "not permitted" put "0	$theirs" ice.tsv
fails_with "nor gives one" "not permitted" rm ice/1
check_eq "and is as it was" "1 $roots" "$(links ice)"
check_eq "but can be read" "../.id/$roots" "$(readlink ice/1)"
check_eq "and shows no w" 500 "$(stat -c %a ice)"
mount -i -o remount,ro "$MNT"
fails_with "read-only: ln -s" "Read-only" ln -s "id:$theirs" arr/6
fails_with "read-only: ln -sf" "Read-only" ln -sfn "id:$theirs" arr/1
fails_with "read-only: rm" "Read-only" rm arr/1
check_eq "read-only: readlink" "../.id/$theirs" "$(readlink arr/1)"
mount -i -o remount,rw "$MNT"
