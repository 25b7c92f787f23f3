#!/bin/bash
# SPDX-License-Identifier: MIT
# Rights on every type: frozen maps, a mount that is read-only, and pins that somebody may only read or only
# write (R18, R19). What each answers is the table of every_form.sh, less what may not be.
# timeout 300
. "$(dirname "$0")/lib_every.sh"

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# less RULES VARIANT: the expectations, changed by awk rules that set `a` (what is answered) by $1 type, $2 form,
# $3 step. Functions: may(x) a with every "ok" as x; also(x) a or x.
less() {
	every_expects "$2" | awk '
	function may(x) { gsub(/ok/, x, a) }
	function also(x) { a = a "|" x }
	BEGIN { writes["write"]; writes["remove"]; writes["clear"]; writes["freeze"]
		takes[".pop"]; takes[".drain"]; takes[".events"]; takes[".events@record"]
		both[".clear"]; both[".replace"] }
	{ a = $4; unchanged = 0 }
	'"$1"'
	{ print $1, $2, $3, a }'
}

# A frozen map gives and takes nothing; it is still there to be read.
frozen='
	$3 in writes && ($4 ~ /ok|EOPNOTSUPP/) && $2 != ".frozen" { may("EPERM"); also("EPERM") }
	$3 == "take" || $3 == "open-w" || ($3 == "open-r" && $2 in takes) { also("EPERM") }
	$3 == "take" && $4 == "ok" { a = "EPERM" }
	$2 == ".frozen" && $3 == "freeze" { also("EPERM|EBUSY") } # once more
'
# The mount is read-only: the kernel refuses what writes, the driver what takes.
read_only='
	$3 in writes || $3 == "open-w" { a = $4 ~ /ENOENT/ ? "EROFS|ENOENT" : "EROFS" }
	$3 == "take" || ($3 == "open-r" && $2 in takes) { may("EROFS"); also("EROFS") }
	$3 == "take" && $4 == "ok" { a = "EROFS" }
'
# 0400: he may read what does not take.
may_read='
	$3 in writes || $3 == "open-w" { a = $4 ~ /ENOENT/ ? "EACCES|ENOENT" : "EACCES" }
	$3 == "take" || ($3 == "open-r" && $2 in takes) { may("EACCES"); also("EACCES") }
	$3 == "take" && $4 == "ok" { a = "EACCES" }
	$2 == ".errors" && $3 != "stat" { a = "EACCES" }
	$2 == ".at" && $3 != "stat" { may("EACCES"); also("EACCES") } # the paths are for root
	$2 == "/KEY" && $1 ~ /^(perf_event_array|cgroup_array|xskmap)$/ { also("EACCES") } # what nobody can read shows no r
'
# 0200: he may write .tsv, .push, .mem and .frozen, and read what was refused; no directory lets him in. What a
# program, a map or a cgroup is stored by he may not use.
may_write='
	$2 ~ /KEY/ || ($2 ~ /^(\/|\.raw|\.lpm|\.at|\.forms)$/ && $3 != "stat") { a = "EACCES" }
	$3 == "open-r" || $3 == "read" || $3 == "take" { if ($2 != ".errors" && $4 != "ENOENT") a = "EACCES" }
	$2 in both && ($3 in writes || $3 == "open-w") { may("EACCES"); also("EACCES") }
	($3 == "write" || $3 == "open-w") && $4 ~ /EEXIST/ { also("EACCES") }
	$3 == "write" && $1 ~ /prog_array|of_maps|cgroup_array/ { may("EACCES|EPERM"); also("EINVAL") }
	$2 == ".tsv" && $3 == "write" && $1 ~ /cgroup_storage/ { also("EINVAL") } # he cannot see its keys
'
# Where he has r and w: as for root, but what a type cannot do shows no r or no w, what is taken or emptied
# needs them on the pin, and programs and maps by id are for root.
by_fmode='
	$4 ~ /EOPNOTSUPP/ || $2 ~ /^\.(pin|spec|errors)$/ { also("EACCES") }
	$2 == ".at" && $3 != "stat" { may("EACCES") }
	$1 ~ /prog_array|of_maps|cgroup_array/ && $3 ~ /^(open-w|write)$/ { also("EPERM|EACCES") }
	$3 == "take" || ($3 == "open-r" && $2 in takes) || ($2 in both && $3 != "stat" && $3 != "open-r") { may("EACCES") }
'

# rights NAME VARIANT RULES STEP...
rights() {
	rm -f "$TMP/answers"
	every_try "$1" "$2" "$TMP/answers" "${@:4}"
	every_compare "$1" <(less "$3" typed) "$TMP/answers"
}

unchanged() { # NAME VARIANT
	every_ask "$2" witness > "$TMP/now"
	check_eq "$1: nothing was taken or changed" "" "$(diff "$TMP/$2.before" "$TMP/now")"
}

every a btf
every b btf
every_ask a witness > "$TMP/a.before"
every_ask b witness > "$TMP/b.before"

# ---- another user ----

chown -R 65534 "$B/a" "$B/b"
chmod 0400 "$B"/a/*
chmod 0200 "$B"/b/*
start allow_other || exit 1
AS=("${nobody[@]}") EVERY_REASONS=
rights 0400 a "$may_read" stat open read write remove take clear freeze
check_eq "0400: M shows r and x, and no w" "500" "$(stat -c %a "$MNT"/a/* | sort -u)"
unchanged 0400 a
rights 0200 b "$may_write" stat open read write remove take clear
check_eq "0200: M shows w alone" "200" "$(stat -c %a "$MNT"/b/* | sort -u)"
AS=() EVERY_REASONS=yes
stop

# fmode= and dmode= give rights in the tree, but not to take or to empty.
chown -R 0 "$B/a"
start allow_other,fmode=0666,dmode=0777 || exit 1
AS=("${nobody[@]}") EVERY_REASONS=
rights "fmode=" a "$by_fmode" stat open read take clear
AS=() EVERY_REASONS=yes
unchanged "fmode=" a

# ---- read-only ----

mount -i -o remount,ro "$MNT"
EVERY_REASONS= # most is refused by the kernel
rights ro a "$read_only" stat open read write remove take clear freeze
EVERY_REASONS=yes
unchanged ro a
mount -i -o remount,rw "$MNT"
stop

# ---- frozen ----

chmod 0600 "$B"/a/*
start || exit 1
rights "freezing" a '' freeze
for type in $(every_types a); do
	state=$(bpftool map show pinned "$B/a/$type" | grep -ow frozen)
	case $type in
	struct_ops | arena) check_eq "$type cannot be frozen" "" "$state" ;;
	*) check_eq "$type is frozen" frozen "$state" ;;
	esac
done
grep -vE "^map	(struct_ops|arena)	" "$TMP/a.maps" > "$TMP/frozen" && mv "$TMP/frozen" "$TMP/a.maps"
rights frozen a "$frozen" stat open read write remove take clear freeze
unchanged frozen a
check_eq "R18: frozen maps show no w" "" \
	"$(find "$MNT/a" -mindepth 1 -perm /222 ! -type l ! -path '*/struct_ops*' ! -path '*/arena*')"
for type in array_of_maps hash_of_maps; do
	fails_with "frozen $type: ln -s" "not permitted" ln -s "id:$(map_id a/hash)" "$MNT/a/$type/2"
done
fails_with "frozen bloom_filter: touch" "not permitted" touch "$MNT/a/bloom_filter/packets=9,bytes=9"
unchanged frozen a
