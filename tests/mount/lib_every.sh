# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests of all types at once: maps of every type with entries in two directories of the private
# bpffs (plain, without BTF, and typed, with BTF where a type takes it), made by a process that holds what
# the entries live by and tells what is in them.
. "$(dirname "$0")/lib.sh"

declare -A EVERY EVERY_in EVERY_out # directory -> its process, and the pipes to it
CGROUPS=$TMP/cgroups

# The tests' own cgroup, in a mount that only they see.
every_cgroup() {
	mkdir "$CGROUPS"
	mount -t cgroup2 none "$CGROUPS" 2>/dev/null || skip "no cgroup2 here"
	CGROUP=$CGROUPS/bpfmapfs-test-$$
	mkdir "$CGROUP" || skip "no cgroup can be made here"
	trap every_cleanup EXIT
}

every_cleanup() {
	local status=$?
	every_end
	# a cgroup is busy for a moment after its last user has gone
	[ ! -d "$CGROUP" ] || until_true 20 rmdir "$CGROUP" 2>/dev/null
	umount -l "$CGROUPS"
	( exit $status )
	cleanup
}

# every NAME [btf]: maps of every type in $B/NAME; $TMP/NAME.maps says which.
every() {
	[ -d "$CGROUPS" ] || every_cgroup
	mkdir -p "$B/$1" "$B/programs-$1"
	mkfifo "$TMP/$1.in" "$TMP/$1.out"
	mt_every "$B/$1" "$B/programs-$1" "$CGROUP" "$OBJ/every.bpf.o" "${@:2}" \
		< "$TMP/$1.in" > "$TMP/$1.out" 2> "$TMP/$1.err" &
	EVERY[$1]=$!
	exec {EVERY_in[$1]}> "$TMP/$1.in" {EVERY_out[$1]}< "$TMP/$1.out"
	every_answer "$1" ready > "$TMP/$1.maps" || { fail "maps of every type are made" ready "$(cat "$TMP/$1.err")"; exit 1; }
	check_eq "maps of every type are made" "" "$(cat "$TMP/$1.err")"
}

# The lines up to the one that ends an answer.
every_answer() { # NAME END
	local line
	while IFS= read -r -t 60 -u "${EVERY_out[$1]}" line; do
		[ "$line" != "$2" ] || return 0
		echo "$line"
	done
	return 1
}

every_ask() { # NAME WORD
	echo "$2" >&"${EVERY_in[$1]}"
	every_answer "$1" .
}

every_types() { sed -n 's/^map\t\([^\t]*\).*/\1/p' "$TMP/$1.maps"; } # NAME

# every_end: the processes end, with all that they hold.
every_end() {
	local name
	for name in "${!EVERY[@]}"; do
		echo quit >&"${EVERY_in[$name]}"
		exec {EVERY_in[$name]}>&- {EVERY_out[$name]}<&-
		wait "${EVERY[$name]}" 2>/dev/null
		unset "EVERY[$name]"
	done
}
